// GGUF files, vocabularies, models and texts.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/utf8.h"
#include "engine/embedder.h"
#include "engine/english_vocabulary.h"
#include "engine/gguf.h"
#include "engine/gguf_writer.h"
#include "engine/model.h"
#include "engine/schedulers/scheduler.h"
#include "engine/tokenizer.h"
#include "engine/tokenizer_index.h"
#include "kernels/kernels.h"
#include "tests/fuzz/target.h"

namespace winnow::fuzz {
namespace {

using namespace engine;

std::span<const std::byte> bytes_in(std::string_view text) {
  return std::as_bytes(std::span(text));
}

template <class Held, class Stored>
void copy_number(GgufWriter& writer, const MetadataEntry& entry) {
  writer.add(entry.key, static_cast<Stored>(std::get<Held>(entry.value)));
}

void copy_metadata(GgufWriter& writer, const MetadataEntry& entry) {
  if (entry.key == "general.alignment") return;  // the writer's own
  switch (entry.type) {
    case ValueType::u8:
      return copy_number<uint64_t, uint8_t>(writer, entry);
    case ValueType::u16:
      return copy_number<uint64_t, uint16_t>(writer, entry);
    case ValueType::u32:
      return copy_number<uint64_t, uint32_t>(writer, entry);
    case ValueType::u64:
      return copy_number<uint64_t, uint64_t>(writer, entry);
    case ValueType::i8:
      return copy_number<int64_t, int8_t>(writer, entry);
    case ValueType::i16:
      return copy_number<int64_t, int16_t>(writer, entry);
    case ValueType::i32:
      return copy_number<int64_t, int32_t>(writer, entry);
    case ValueType::i64:
      return copy_number<int64_t, int64_t>(writer, entry);
    case ValueType::f32:
      return copy_number<double, float>(writer, entry);
    case ValueType::f64:
      return copy_number<double, double>(writer, entry);
    case ValueType::boolean:
      return copy_number<bool, bool>(writer, entry);
    case ValueType::string:
      return writer.add_string(entry.key, std::get<std::string_view>(entry.value));
    case ValueType::array:
      break;
  }
  const Array& array = std::get<Array>(entry.value);
  writer.add_array(entry.key, array.element_type, array.count, array.bytes);
}

// A copy of the file by the writer.
std::string copied(const Gguf& file, const std::string& name) {
  GgufWriter writer(file.u32("general.alignment", kDefaultAlignment));
  for (const MetadataEntry& entry : file.metadata()) copy_metadata(writer, entry);
  for (const Tensor& tensor : file.tensors())
    writer.add_tensor(std::string(tensor.name), tensor.type, tensor.shape, tensor.bytes);
  const std::string path = fuzz::folder() + "/" + name;
  writer.write(path);
  return path;
}

// Every key by every accessor, and every byte of the tensors.
void ask_everything(const Gguf& file) {
  for (const MetadataEntry& entry : file.metadata()) {
    reads([&] { file.u32(entry.key); });
    reads([&] { file.f32(entry.key); });
    reads([&] { file.boolean(entry.key, false); });
    reads([&] { file.string(entry.key); });
    reads([&] { file.strings(entry.key); });
    reads([&] { file.floats(entry.key); });
    reads([&] { file.ints(entry.key); });
  }
  uint64_t sum = 0;
  for (const Tensor& tensor : file.tensors()) {
    for (const std::byte byte : tensor.bytes) sum += std::to_integer<uint64_t>(byte);
    require(file.find_tensor(tensor.name) != nullptr, "a tensor that is not found");
  }
  require(sum <= 255 * file.size_bytes(), "tensors that overlap");
}

void gguf(std::string_view input) {
  reads([&] {
    const Gguf file = Gguf::open(file_of("a.gguf", input));
    ask_everything(file);
    const std::string first = copied(file, "b.gguf");
    const std::string second = copied(Gguf::open(first), "c.gguf");
    require_equal(bytes_of(first), bytes_of(second), "a GGUF file");
  });
  reads([&] { read_vocabulary(Gguf::open(fuzz::folder() + "/a.gguf")); });
}

constexpr uint32_t kWidth = 32, kPieces = 300;

std::vector<std::string> small_pieces() {
  std::vector<std::string> pieces = {"<pad>", "<eos>", "<bos>", "<unk>", "<mask>"};
  for (int byte = 0; byte < 256; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    pieces.emplace_back(name);
  }
  for (const char* piece : {"a", "b", "ab", "\xE2\x96\x81",
                            "\xE2\x96\x81"
                            "a",
                            "aa", "\n\n", "  "})
    pieces.emplace_back(piece);
  while (pieces.size() < kPieces) pieces.push_back("<unused" + std::to_string(pieces.size()) + ">");
  return pieces;
}

void add_vocabulary(GgufWriter& writer) {
  static const std::vector<std::string> pieces = small_pieces();
  const std::vector<std::string_view> views(pieces.begin(), pieces.end());
  std::vector<float> scores(kPieces);
  std::vector<int32_t> types(kPieces, static_cast<int32_t>(PieceType::normal));
  for (size_t id = 0; id < kPieces; ++id) {
    scores[id] = -static_cast<float>(id);
    if (id < 5) types[id] = static_cast<int32_t>(PieceType::control);
    if (byte_of(pieces[id])) types[id] = static_cast<int32_t>(PieceType::byte);
    if (pieces[id] == "\n\n") types[id] = static_cast<int32_t>(PieceType::user_defined);
    if (pieces[id].starts_with("<unused")) types[id] = static_cast<int32_t>(PieceType::unused);
  }
  writer.add_string("tokenizer.ggml.model", "llama");
  writer.add_strings("tokenizer.ggml.tokens", views);
  writer.add_array<float>("tokenizer.ggml.scores", scores);
  writer.add_array<int32_t>("tokenizer.ggml.token_type", types);
  writer.add<uint32_t>("tokenizer.ggml.bos_token_id", 2);
  writer.add<uint32_t>("tokenizer.ggml.eos_token_id", 1);
  writer.add<uint32_t>("tokenizer.ggml.unknown_token_id", 3);
  writer.add<bool>("tokenizer.ggml.add_eos_token", true);
}

// Weights of one value each, so that a change of some bytes is what stands out.
void add_weights(GgufWriter& writer) {
  static const std::vector<float> floats(kWidth, 0.5f);
  static const std::vector<kernels::BlockQ8_0> blocks = [] {
    kernels::BlockQ8_0 block{kernels::float_to_half(0.01f), {}};
    for (size_t i = 0; i < std::size(block.values); ++i) block.values[i] = static_cast<int8_t>(i);
    return std::vector<kernels::BlockQ8_0>(kPieces * kWidth / 32, block);
  }();
  const auto vector = [&](const std::string& name) {
    writer.add_tensor(name + ".weight", TensorType::f32, {kWidth},
                      std::as_bytes(std::span(floats)));
  };
  const auto matrix = [&](const std::string& name, uint64_t rows) {
    writer.add_tensor(name + ".weight", TensorType::q8_0, {kWidth, rows},
                      std::as_bytes(std::span(blocks).first(rows * kWidth / 32)));
  };
  matrix("token_embd", kPieces);
  vector("output_norm");
  for (const char* name : {"attn_norm", "attn_q_norm", "attn_k_norm", "post_attention_norm",
                           "ffn_norm", "post_ffw_norm"})
    vector(std::string("blk.0.") + name);
  for (const char* name :
       {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"})
    matrix(std::string("blk.0.") + name, kWidth);
}

// A whole model of 15 kB.
std::string small_model() {
  GgufWriter writer;
  writer.add_string("general.architecture", "gemma-embedding");
  writer.add_string("general.name", "synthetic");
  for (const auto& [key, value] :
       std::initializer_list<std::pair<const char*, uint32_t>>{{"context_length", 16},
                                                               {"embedding_length", kWidth},
                                                               {"block_count", 1},
                                                               {"feed_forward_length", kWidth},
                                                               {"attention.head_count", 1},
                                                               {"attention.head_count_kv", 1},
                                                               {"attention.key_length", kWidth},
                                                               {"attention.value_length", kWidth},
                                                               {"attention.sliding_window", 8},
                                                               {"pooling_type", 1}})
    writer.add(std::string("gemma-embedding.") + key, value);
  writer.add("gemma-embedding.attention.layer_norm_rms_epsilon", 1e-6f);
  writer.add("gemma-embedding.rope.freq_base", 1e6f);
  add_vocabulary(writer);
  add_weights(writer);
  const std::string path = fuzz::folder() + "/seed.gguf";
  writer.write(path);
  return bytes_of(path);
}

// Each kind of value and array.
std::string metadata_of_all_types() {
  GgufWriter writer(64);
  writer.add<uint8_t>("a", 1);
  writer.add<int8_t>("b", -1);
  writer.add<uint16_t>("c", 2);
  writer.add<int16_t>("d", -2);
  writer.add<uint32_t>("e", 3);
  writer.add<int32_t>("f", -3);
  writer.add<float>("g", 0.5f);
  writer.add<bool>("h", true);
  writer.add_string("i", "text");
  writer.add<uint64_t>("j", 4);
  writer.add<int64_t>("k", -4);
  writer.add<double>("l", 0.25);
  const std::vector<std::string_view> texts = {"x", "", "yz"};
  writer.add_strings("m", texts);
  const std::vector<float> floats = {1, 2, 3, 4};
  writer.add_array<float>("n", floats);
  const std::string inner("\4\0\0\0\1\0\0\0\0\0\0\0\7\0\0\0", 16);  // one u32
  writer.add_array("o", ValueType::array, 1, bytes_in(inner));
  const std::vector<kernels::BlockQ8_0> block(1);
  writer.add_tensor("t", TensorType::f32, {2, 2}, std::as_bytes(std::span(floats)));
  writer.add_tensor("u", TensorType::q8_0, {32}, std::as_bytes(std::span(block)));
  const std::string path = fuzz::folder() + "/seed.gguf";
  writer.write(path);
  return bytes_of(path);
}

void model(std::string_view input) {
  reads([&] {
    const Model model = Model::load(file_of("model.gguf", input), "scalar");
    const auto scheduler = serial_row.make({.threads = 1});
    Embedder embedder(model, *scheduler);
    const std::vector<std::string> texts = {"ab a", ""};
    std::vector<float> embeddings(texts.size() *
                                  static_cast<size_t>(model.config().embedding_length));
    embedder.embed(texts, embeddings);
  });
}

// Of the ids in `ids`, the text that they stand for where each is a piece or a byte of it.
std::string decoded(const Vocabulary& vocabulary, std::span<const int32_t> ids) {
  std::string text;
  for (const int32_t id : ids) {
    const auto i = static_cast<size_t>(id);
    require(id >= 0 && i < vocabulary.pieces.size(), "an id that is no piece");
    const std::string_view piece = vocabulary.pieces[i];
    if (vocabulary.types[i] == PieceType::byte)
      text += static_cast<char>(*byte_of(piece));
    else if (vocabulary.types[i] == PieceType::user_defined)
      for (const char c : piece) c == ' ' ? text.append(kSpaceSymbol) : text.append(1, c);
    else
      text += piece;
  }
  return text;
}

std::string normal(std::string_view text, bool space_first) {
  std::string result(space_first && !text.empty() ? kSpaceSymbol : "");
  while (!text.empty()) {
    const size_t size = base::utf8_length(text);
    result += size == 0 ? "\xEF\xBF\xBD" : text[0] == ' ' ? kSpaceSymbol : text.substr(0, size);
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return result;
}

void encode(const Tokenizer& tokenizer, std::string_view text, bool all_bytes) {
  const Vocabulary& vocabulary = tokenizer.vocabulary();
  std::vector<int32_t> ids;
  tokenizer.encode(text, ids);
  std::span<const int32_t> inside(ids);
  if (vocabulary.add_bos) inside = inside.subspan(1);
  if (vocabulary.add_eos) inside = inside.first(inside.size() - 1);
  const std::string read = decoded(vocabulary, inside);
  // Every byte has a piece: nothing is lost.
  if (all_bytes) require_equal(normal(text, vocabulary.add_space_prefix), read, "a text in tokens");
}

void tokenizer(std::string_view input) {
  static const Tokenizer english(english_vocabulary(4096));
  encode(english, input, true);
}

// A vocabulary and a text that it cuts: a byte for each piece's type, its score in one byte, its
// text.
void vocabulary(std::string_view input) {
  Parts parts(input);
  const std::string text(parts.text());
  Vocabulary vocabulary;
  vocabulary.add_space_prefix = parts.byte() % 2 != 0;
  vocabulary.add_bos = vocabulary.add_eos = false;
  vocabulary.unknown_id = 0;
  std::vector<std::string> pieces = {"<unk>"};
  while (!parts.empty()) {
    const int type = parts.byte() % 6 + 1;
    vocabulary.scores.push_back(static_cast<float>(parts.byte()) - 100);
    pieces.emplace_back(parts.text());
    if (type == static_cast<int>(PieceType::byte) && !byte_of(pieces.back()))
      pieces.back() = "<0x61>";
    vocabulary.types.push_back(static_cast<PieceType>(type));
  }
  vocabulary.types.insert(vocabulary.types.begin(), PieceType::unknown);
  vocabulary.scores.insert(vocabulary.scores.begin(), 0.0f);
  vocabulary.pieces.assign(pieces.begin(), pieces.end());
  encode(Tokenizer(std::move(vocabulary)), text, false);
}

std::vector<std::string> gguf_seeds() { return {metadata_of_all_types(), small_model()}; }
std::vector<std::string> model_seeds() { return {small_model()}; }
std::vector<std::string> tokenizer_seeds() {
  return {"The quick brown fox  jumps\n\nover <b>the</b> lazy dog.",
          "\xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80 \xFF\xC3 caf\xC3\xA9"};
}
std::vector<std::string> vocabulary_seeds() {
  std::string seed = std::string("abab aab") + '\0' + '\1';
  for (const std::string_view piece : {"a", "b", "ab", "abab", "\xE2\x96\x81"}) {
    seed += '\0';
    seed += static_cast<char>(100 - piece.size());
    seed += piece;
    seed += '\0';
  }
  return {seed};
}

}  // namespace

std::vector<Target> model_targets() {
  return {{"gguf", gguf, gguf_seeds},
          {"model", model, model_seeds},
          {"tokenizer", tokenizer, tokenizer_seeds},
          {"vocabulary", vocabulary, vocabulary_seeds}};
}

}  // namespace winnow::fuzz
