#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace winnow::engine {

class Gguf;

enum class PieceType : int32_t { normal = 1, unknown, control, user_defined, unused, byte };

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

// The value of a byte piece "<0xNN>".
std::optional<uint8_t> byte_of(std::string_view piece);

}  // namespace winnow::engine
