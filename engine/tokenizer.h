#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/tokenizer_vocabulary.h"

namespace winnow::engine {

// SentencePiece's BPE by scores (Kudo and Richardson 2018; Sennrich et al. 2016), as llama.cpp
// does it for tokenizer.ggml.model = "llama". Immutable once made: any thread may encode.
class Tokenizer {
 public:
  // A text is cut to ids this many bytes at a time; the ids are the same, whatever the number.
  static constexpr size_t kWindowBytes = size_t{16} << 10;

  // The vocabulary's views must outlive the tokenizer.
  explicit Tokenizer(Vocabulary vocabulary, size_t window_bytes = kWindowBytes);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  // Replaces `ids` by the text's token ids, BOS and EOS included as the vocabulary says, or by the
  // first `most` of them: what comes behind is not looked at. Any bytes are accepted; each invalid
  // UTF-8 byte counts as U+FFFD. Time is linear in the bytes of long texts that consist of words;
  // in n bytes of which every merge may depend on the next it is O(n log n). A character that is no
  // piece becomes its byte pieces, or without those the unknown id: one for a run of such
  // characters, as in SentencePiece. Throws base::Error for a text above 1 GiB.
  void encode(std::string_view text, std::vector<int32_t>& ids,
              size_t most = std::numeric_limits<size_t>::max()) const;

  const Vocabulary& vocabulary() const;

 private:
  struct Index;
  std::unique_ptr<Index> index_;
  size_t window_bytes_;
};

}  // namespace winnow::engine
