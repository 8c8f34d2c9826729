#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/tokenizer_vocabulary.h"

namespace winnow::engine {

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
