#include "engine/tokenizer_vocabulary.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "engine/gguf.h"

namespace winnow::engine {
namespace {

constexpr std::string_view kPrefix = "tokenizer.ggml.";

std::string tokenizer_key(std::string_view name) { return std::string(kPrefix).append(name); }

// Makes the errors of one file.
class Checker {
 public:
  explicit Checker(const Gguf& file) : file_(file) {}

  [[noreturn]] void fail(const std::string& problem) const {
    throw base::Error(file_.path(), problem);
  }

  void same_length(std::string_view name, size_t length, size_t piece_count) const {
    if (length != piece_count)
      fail("key " + tokenizer_key(name) + " has " + std::to_string(length) +
           " elements, tokens has " + std::to_string(piece_count));
  }

  int32_t id(std::string_view name, uint32_t value, size_t piece_count) const {
    if (value >= piece_count)
      fail("key " + tokenizer_key(name) + " is " + std::to_string(value) + ", but there are " +
           std::to_string(piece_count) + " tokens");
    return static_cast<int32_t>(value);
  }

  void type_and_score(const Vocabulary& vocabulary, size_t id) const {
    const auto type = static_cast<int32_t>(vocabulary.types[id]);
    if (type < 1 || type > 6)
      fail("token " + std::to_string(id) + " has the unknown type " + std::to_string(type));
    if (!std::isfinite(vocabulary.scores[id]))
      fail("the score of token " + std::to_string(id) + " is not a number");
    if (vocabulary.types[id] == PieceType::byte && !byte_of(vocabulary.pieces[id]))
      fail("token " + std::to_string(id) + " has the type of a byte, but is not <0xNN>: " +
           std::string(vocabulary.pieces[id].substr(0, 40)));
  }

 private:
  const Gguf& file_;
};

// An optional id: what a missing key leaves is -1.
int32_t optional_id(const Gguf& file, std::string_view name, size_t piece_count) {
  constexpr uint32_t kMissing = 0xFFFFFFFFu;
  const uint32_t value = file.u32(tokenizer_key(name), kMissing);
  return value == kMissing ? -1 : Checker(file).id(name, value, piece_count);
}

}  // namespace

std::optional<uint8_t> byte_of(std::string_view piece) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (piece.size() != 6 || piece.substr(0, 3) != "<0x" || piece[5] != '>') return std::nullopt;
  const size_t high = kDigits.find(piece[3]), low = kDigits.find(piece[4]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<uint8_t>(high * 16 + low);
}

Vocabulary read_vocabulary(const Gguf& file) {
  const Checker check(file);
  if (const auto model = file.string(tokenizer_key("model")); model != "llama")
    check.fail("key tokenizer.ggml.model is " + std::string(model.substr(0, 40)) +
               "; only llama (SentencePiece BPE) is supported");

  Vocabulary vocabulary;
  vocabulary.pieces = file.strings(tokenizer_key("tokens"));
  vocabulary.scores = file.floats(tokenizer_key("scores"));
  const std::vector<int32_t> types = file.ints(tokenizer_key("token_type"));
  const size_t count = vocabulary.pieces.size();
  check.same_length("scores", vocabulary.scores.size(), count);
  check.same_length("token_type", types.size(), count);
  vocabulary.types.resize(count);
  for (size_t id = 0; id < count; ++id) {
    vocabulary.types[id] = static_cast<PieceType>(types[id]);
    check.type_and_score(vocabulary, id);
  }

  auto required_id = [&](std::string_view name) {
    return check.id(name, file.u32(tokenizer_key(name)), count);
  };
  vocabulary.bos_id = required_id("bos_token_id");
  vocabulary.eos_id = required_id("eos_token_id");
  vocabulary.unknown_id = required_id("unknown_token_id");
  vocabulary.padding_id = optional_id(file, "padding_token_id", count);
  vocabulary.mask_id = optional_id(file, "mask_token_id", count);
  // What llama.cpp assumes of this kind of tokenizer where a key is missing.
  vocabulary.add_bos = file.boolean(tokenizer_key("add_bos_token"), true);
  vocabulary.add_eos = file.boolean(tokenizer_key("add_eos_token"), false);
  vocabulary.add_space_prefix = file.boolean(tokenizer_key("add_space_prefix"), true);
  return vocabulary;
}

}  // namespace winnow::engine
