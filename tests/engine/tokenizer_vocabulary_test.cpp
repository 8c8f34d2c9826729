#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/english_vocabulary.h"
#include "engine/gguf.h"
#include "engine/gguf_writer.h"
#include "engine/tokenizer.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace winnow::engine {
namespace {

// What a test changes of a good file; an empty optional leaves the key out.
struct Keys {
  std::optional<std::string_view> model = "llama";
  std::optional<std::vector<std::string_view>> tokens = {{"<pad>", "<eos>", "<bos>", "<unk>", "a"}};
  std::optional<std::vector<float>> scores = {{0, 0, 0, 0, -1}};
  std::optional<std::vector<int32_t>> types = {{3, 3, 3, 2, 1}};
  std::optional<uint32_t> bos = 2, eos = 1, unknown = 3, padding = 0, mask = 4;
  std::optional<bool> add_bos = true, add_eos = true, add_space_prefix = false;
};

std::string key(const char* name) { return std::string("tokenizer.ggml.") + name; }

class File {
 public:
  explicit File(const Keys& keys) {
    GgufWriter writer;
    auto add = [&writer](const char* name, const auto& value) {
      if (value) writer.add(key(name), *value);
    };
    if (keys.model) writer.add_string(key("model"), *keys.model);
    if (keys.tokens) writer.add_strings(key("tokens"), *keys.tokens);
    if (keys.scores) writer.add_array<float>(key("scores"), *keys.scores);
    if (keys.types) writer.add_array<int32_t>(key("token_type"), *keys.types);
    add("bos_token_id", keys.bos);
    add("eos_token_id", keys.eos);
    add("unknown_token_id", keys.unknown);
    add("padding_token_id", keys.padding);
    add("mask_token_id", keys.mask);
    add("add_bos_token", keys.add_bos);
    add("add_eos_token", keys.add_eos);
    add("add_space_prefix", keys.add_space_prefix);
    writer.write(path_);
  }
  const std::string& path() const { return path_; }

 private:
  const Scratch folder_;
  const std::string path_ = folder_ / "vocabulary.gguf";
};

std::string error_of(const Keys& keys) {
  const File file(keys);
  const Gguf gguf = Gguf::open(file.path());
  try {
    read_vocabulary(gguf);
  } catch (const base::Error& error) {
    const std::string what = error.what(), prefix = file.path() + ": ";
    REQUIRE(what.substr(0, prefix.size()) == prefix);
    return what.substr(prefix.size());
  }
  return "no error";
}

}  // namespace

TEST_CASE("a vocabulary is read from a GGUF file") {
  Keys keys;
  keys.add_space_prefix = true;
  keys.add_eos = false;
  const File file(keys);
  const Gguf gguf = Gguf::open(file.path());
  const Vocabulary vocabulary = read_vocabulary(gguf);
  CHECK(vocabulary.pieces == *keys.tokens);
  CHECK(vocabulary.scores == *keys.scores);
  CHECK(vocabulary.types[3] == PieceType::unknown);
  CHECK(vocabulary.types[4] == PieceType::normal);
  CHECK(vocabulary.bos_id == 2);
  CHECK(vocabulary.eos_id == 1);
  CHECK(vocabulary.unknown_id == 3);
  CHECK(vocabulary.padding_id == 0);
  CHECK(vocabulary.mask_id == 4);
  CHECK(vocabulary.add_bos);
  CHECK_FALSE(vocabulary.add_eos);
  CHECK(vocabulary.add_space_prefix);
}

TEST_CASE("optional keys have llama.cpp's defaults") {
  Keys keys;
  keys.padding = keys.mask = std::nullopt;
  keys.add_bos = keys.add_eos = keys.add_space_prefix = std::nullopt;
  const File file(keys);
  const Gguf gguf = Gguf::open(file.path());
  const Vocabulary vocabulary = read_vocabulary(gguf);
  CHECK(vocabulary.padding_id == -1);
  CHECK(vocabulary.mask_id == -1);
  CHECK(vocabulary.add_bos);
  CHECK_FALSE(vocabulary.add_eos);
  CHECK(vocabulary.add_space_prefix);
}

TEST_CASE("a wrong vocabulary is one clear error") {
  struct Case {
    std::function<void(Keys&)> damage;
    std::string_view problem;
  };
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Case> cases = {
      {[](Keys& k) { k.model = std::nullopt; }, "key tokenizer.ggml.model is missing"},
      {[](Keys& k) { k.tokens = std::nullopt; }, "key tokenizer.ggml.tokens is missing"},
      {[](Keys& k) { k.scores = std::nullopt; }, "key tokenizer.ggml.scores is missing"},
      {[](Keys& k) { k.types = std::nullopt; }, "key tokenizer.ggml.token_type is missing"},
      {[](Keys& k) { k.bos = std::nullopt; }, "key tokenizer.ggml.bos_token_id is missing"},
      {[](Keys& k) { k.eos = std::nullopt; }, "key tokenizer.ggml.eos_token_id is missing"},
      {[](Keys& k) { k.unknown = std::nullopt; }, "key tokenizer.ggml.unknown_token_id is missing"},
      {[](Keys& k) { k.model = "gpt2"; },
       "key tokenizer.ggml.model is gpt2; only llama (SentencePiece BPE) is supported"},
      {[](Keys& k) { k.scores->pop_back(); },
       "key tokenizer.ggml.scores has 4 elements, tokens has 5"},
      {[](Keys& k) { k.types->push_back(1); },
       "key tokenizer.ggml.token_type has 6 elements, tokens has 5"},
      {[](Keys& k) { k.tokens->clear(); },
       "key tokenizer.ggml.scores has 5 elements, tokens has 0"},
      {[](Keys& k) { k.types->back() = 0; }, "token 4 has the unknown type 0"},
      {[](Keys& k) { k.types->back() = 7; }, "token 4 has the unknown type 7"},
      {[](Keys& k) { k.types->back() = -1; }, "token 4 has the unknown type -1"},
      {[](Keys& k) { k.types->back() = 6; },
       "token 4 has the type of a byte, but is not <0xNN>: a"},
      {[](Keys& k) { k.scores->back() = kNan; }, "the score of token 4 is not a number"},
      {[](Keys& k) { k.bos = 5; }, "key tokenizer.ggml.bos_token_id is 5, but there are 5 tokens"},
      {[](Keys& k) { k.eos = 0x80000000; },
       "key tokenizer.ggml.eos_token_id is 2147483648, but there are 5 tokens"},
      {[](Keys& k) { k.unknown = 99; },
       "key tokenizer.ggml.unknown_token_id is 99, but there are 5 tokens"},
      {[](Keys& k) { k.padding = 6; },
       "key tokenizer.ggml.padding_token_id is 6, but there are 5 tokens"},
      {[](Keys& k) { k.mask = 0xFFFFFFFE; },
       "key tokenizer.ggml.mask_token_id is 4294967294, but there are 5 tokens"},
  };
  CHECK(error_of(Keys()) == "no error");
  for (const Case& c : cases) {
    Keys keys;
    c.damage(keys);
    CHECK(error_of(keys) == c.problem);
  }
}

TEST_CASE("the English vocabulary has Gemma's layout") {
  for (const int32_t size : {1024, 4096, 20000, 262144}) {
    INFO(size);
    const Vocabulary v = english_vocabulary(size);
    REQUIRE(v.pieces.size() == static_cast<size_t>(size));
    REQUIRE(v.scores.size() == v.pieces.size());
    REQUIRE(v.types.size() == v.pieces.size());
    CHECK(v.pieces[0] == "<pad>");
    CHECK(v.pieces[1] == "<eos>");
    CHECK(v.pieces[2] == "<bos>");
    CHECK(v.types[3] == PieceType::unknown);
    CHECK(v.pieces[4] == "<mask>");
    CHECK(v.pieces[107] == "\n");
    CHECK(v.pieces[137] == std::string(31, '\n'));
    CHECK(v.pieces[138] == "\u2581\u2581");
    CHECK(v.pieces[168] == "<table>");
    CHECK(v.types[168] == PieceType::user_defined);
    CHECK(v.pieces[238] == "<0x00>");
    CHECK(v.pieces[493] == "<0xFF>");
    CHECK(std::count(v.types.begin(), v.types.end(), PieceType::byte) == 256);
    CHECK(std::count(v.types.begin(), v.types.end(), PieceType::user_defined) == 31 + 30 + 48);
    CHECK(v.pieces[494] == "\u2581t");
    CHECK(std::set<std::string_view>(v.pieces.begin(), v.pieces.end()).size() == v.pieces.size());
    CHECK_FALSE(v.add_space_prefix);
  }
}

TEST_CASE("merges reach every trained piece, and every ASCII character is one") {
  for (const int32_t size : {1024, 4096, 262144}) {
    Vocabulary vocabulary = english_vocabulary(size);
    vocabulary.add_bos = vocabulary.add_eos = false;
    const Tokenizer tokenizer(vocabulary);
    std::vector<int32_t> ids;
    for (size_t id = 0; id < vocabulary.pieces.size(); ++id) {
      if (vocabulary.types[id] != PieceType::normal) continue;
      tokenizer.encode(vocabulary.pieces[id], ids);
      INFO(vocabulary.pieces[id]);
      if (ids != std::vector<int32_t>{static_cast<int32_t>(id)}) CHECK(ids.size() == 1);
    }
    for (char c = '!'; c <= '~'; ++c) {
      tokenizer.encode(std::string(1, c), ids);
      CHECK(ids.size() == 1);
      CHECK(vocabulary.types[static_cast<size_t>(ids[0])] == PieceType::normal);
    }
  }
}

}  // namespace winnow::engine
