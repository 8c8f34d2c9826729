#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::engine {

class Gguf;

enum class PieceType : int32_t {
  normal = 1,
  unknown = 2,
  control = 3,
  user_defined = 4,
  unused = 5,
  byte = 6
};

// A SentencePiece vocabulary: pieces with spaces written as U+2581; a piece's index is its id.
// The views point into whoever made the vocabulary (the mapped GGUF file, embedded data).
struct Vocabulary {
  std::vector<std::string_view> pieces;
  std::vector<float> scores;
  std::vector<PieceType> types;
  int32_t bos_id = 2, eos_id = 1, unknown_id = 3;
  int32_t padding_id = 0, mask_id = 4;  // -1: the file has none
  bool add_bos = true, add_eos = true, add_space_prefix = false;
};

// The keys tokenizer.ggml.*; throws base::Error for a missing key, arrays of unequal length, an
// unknown type, a byte piece other than <0xNN>, a score that is not a number, an id out of range, a
// tokenizer model other than "llama". padding_token_id, mask_token_id and add_* may be missing;
// add_* have llama.cpp's defaults then: BOS, no EOS, a space prefix.
Vocabulary read_vocabulary(const Gguf& file);

// SentencePiece's BPE by scores (Kudo and Richardson 2018; Sennrich et al. 2016), as llama.cpp
// does it for tokenizer.ggml.model = "llama". Immutable once made: any thread may encode.
class Tokenizer {
 public:
  // The vocabulary's views must outlive the tokenizer.
  explicit Tokenizer(Vocabulary vocabulary);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  // Replaces `ids` by the text's token ids, BOS and EOS included as the vocabulary says. Any bytes
  // are accepted; each invalid UTF-8 byte counts as U+FFFD. Time is O(n log n) in the text's bytes.
  // A character that is no piece becomes its byte pieces, or without those the unknown id: one for
  // a run of such characters, as in SentencePiece. Throws base::Error for a text above 1 GiB.
  void encode(std::string_view text, std::vector<int32_t>& ids) const;

  const Vocabulary& vocabulary() const;

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

}  // namespace winnow::engine
