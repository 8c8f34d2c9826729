#include "tests/engine/tokenizer_sentencepiece.h"

#include <algorithm>
#include <bit>

namespace winnow::engine {
namespace {

// Protocol buffers' wire format: only what the model file needs.
class Message {
 public:
  Message& number(uint32_t field, uint64_t value) {
    varint(field << 3);
    varint(value);
    return *this;
  }

  Message& float32(uint32_t field, float value) {
    varint(field << 3 | 5);
    const auto bits = std::bit_cast<uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(bits >> shift & 0xFF);
    return *this;
  }

  Message& bytes(uint32_t field, std::string_view value) {
    varint(field << 3 | 2);
    varint(value.size());
    bytes_.append(value);
    return *this;
  }

  const std::string& encoded() const { return bytes_; }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

std::string trainer_spec(const Vocabulary& vocabulary) {
  constexpr uint64_t kBpe = 2;
  const auto& types = vocabulary.types;
  const bool byte_fallback = std::count(types.begin(), types.end(), PieceType::byte) > 0;
  auto piece = [&](int32_t id) { return vocabulary.pieces[static_cast<size_t>(id)]; };
  return Message()
      .number(3, kBpe)
      .number(4, vocabulary.pieces.size())
      .number(35, byte_fallback)
      .number(40, static_cast<uint64_t>(vocabulary.unknown_id))
      .number(41, static_cast<uint64_t>(vocabulary.bos_id))
      .number(42, static_cast<uint64_t>(vocabulary.eos_id))
      .number(43, static_cast<uint64_t>(vocabulary.padding_id))
      .bytes(45, piece(vocabulary.unknown_id))
      .bytes(46, piece(vocabulary.bos_id))
      .bytes(47, piece(vocabulary.eos_id))
      .bytes(48, piece(vocabulary.padding_id))
      .encoded();
}

std::string normalizer_spec(const Vocabulary& vocabulary) {
  const bool remove_extra_whitespaces = false, escape_whitespaces = true;
  return Message()
      .bytes(1, "identity")
      .number(3, vocabulary.add_space_prefix)
      .number(4, remove_extra_whitespaces)
      .number(5, escape_whitespaces)
      .encoded();
}

}  // namespace

std::string sentencepiece_model(const Vocabulary& vocabulary) {
  Message model;
  for (size_t id = 0; id < vocabulary.pieces.size(); ++id) {
    model.bytes(1, Message()
                       .bytes(1, vocabulary.pieces[id])
                       .float32(2, vocabulary.scores[id])
                       .number(3, static_cast<uint64_t>(vocabulary.types[id]))
                       .encoded());
  }
  return model.bytes(2, trainer_spec(vocabulary)).bytes(3, normalizer_spec(vocabulary)).encoded();
}

}  // namespace winnow::engine
