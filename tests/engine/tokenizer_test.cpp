#include "engine/tokenizer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/english_vocabulary.h"
#include "tests/catch.h"
#include "tests/engine/tokenizer_texts.h"

namespace winnow::engine {
namespace {

using Ids = std::vector<int32_t>;

Ids encode(const Tokenizer& tokenizer, std::string_view text) {
  Ids ids;
  tokenizer.encode(text, ids);
  return ids;
}

Vocabulary without_bos_eos(Vocabulary vocabulary) {
  vocabulary.add_bos = vocabulary.add_eos = false;
  return vocabulary;
}

// Pieces 0 to 4 as in Gemma, then normal ones whose scores fall, all in static storage.
Vocabulary small_vocabulary(const std::vector<std::string_view>& pieces) {
  Vocabulary vocabulary;
  vocabulary.pieces = {"<pad>", "<eos>", "<bos>", "<unk>", "<mask>"};
  vocabulary.types.assign(5, PieceType::control);
  vocabulary.types[3] = PieceType::unknown;
  vocabulary.scores.assign(5, 0.0f);
  for (std::string_view piece : pieces) {
    vocabulary.scores.push_back(-static_cast<float>(vocabulary.pieces.size()));
    vocabulary.pieces.push_back(piece);
    vocabulary.types.push_back(PieceType::normal);
  }
  return without_bos_eos(std::move(vocabulary));
}

std::string with_spaces(std::string_view text) {
  constexpr std::string_view kSymbol = "\u2581";
  std::string out;
  while (!text.empty()) {
    const size_t at = text.find(kSymbol);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) break;
    out.push_back(' ');
    text.remove_prefix(at + kSymbol.size());
  }
  return out;
}

std::string decode(const Vocabulary& vocabulary, const Ids& ids) {
  std::string text;
  for (int32_t id : ids) {
    const std::string piece(vocabulary.pieces[static_cast<size_t>(id)]);
    if (vocabulary.types[static_cast<size_t>(id)] == PieceType::byte)
      text += static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16));
    else
      text += piece;
  }
  return with_spaces(text);
}

}  // namespace

TEST_CASE("BOS and EOS surround the text as the vocabulary says") {
  Vocabulary vocabulary = small_vocabulary({"a"});
  CHECK(encode(Tokenizer(vocabulary), "a") == Ids{5});
  CHECK(encode(Tokenizer(vocabulary), "").empty());
  vocabulary.add_bos = true;
  CHECK(encode(Tokenizer(vocabulary), "a") == Ids{2, 5});
  vocabulary.add_eos = true;
  CHECK(encode(Tokenizer(vocabulary), "a") == Ids{2, 5, 1});
  CHECK(encode(Tokenizer(vocabulary), "") == Ids{2, 1});
}

TEST_CASE("earlier contents of the ids are replaced") {
  const Tokenizer tokenizer(small_vocabulary({"a"}));
  Ids ids = {7, 8, 9};
  tokenizer.encode("aa", ids);
  CHECK(ids == Ids{5, 5});
}

TEST_CASE("the best score merges first, the leftmost of equals") {
  const Tokenizer by_score(small_vocabulary({"bc", "ab", "a", "b", "c"}));
  CHECK(encode(by_score, "abc") == Ids{7, 5});
  Vocabulary vocabulary = small_vocabulary({"bc", "ab", "a", "b", "c"});
  vocabulary.scores[5] = 0.0f;
  vocabulary.scores[6] = -0.0f;
  CHECK(encode(Tokenizer(vocabulary), "abc") == Ids{6, 9});
  CHECK(encode(Tokenizer(small_vocabulary({"aa", "a"})), "aaaaa") == Ids{5, 5, 6});
}

TEST_CASE("a text that spells a special token is ordinary text") {
  const Vocabulary vocabulary = without_bos_eos(english_vocabulary(4096));
  const Tokenizer tokenizer(vocabulary);
  for (const char* text : {"<bos>", "<eos>", "<pad>", "<unk>", "<mask>", "<0x41>", "<unused7>"}) {
    INFO(text);
    const Ids ids = encode(tokenizer, text);
    CHECK(ids.size() > 1);
    CHECK(decode(vocabulary, ids) == text);
    for (int32_t id : ids) CHECK(vocabulary.types[static_cast<size_t>(id)] == PieceType::normal);
  }
}

TEST_CASE("user-defined pieces are cut out first, with plain spaces or U+2581 in the vocabulary") {
  for (const char* two_spaces : {"  ", "\u2581\u2581"}) {
    Vocabulary vocabulary = small_vocabulary({"\u2581", "a", "\u2581a", "\u2581\u2581a"});
    vocabulary.pieces.push_back(two_spaces);
    vocabulary.scores.push_back(-1000.0f);
    vocabulary.types.push_back(PieceType::user_defined);
    const Tokenizer tokenizer(vocabulary);
    CHECK(encode(tokenizer, "  a") == Ids{9, 6});
    CHECK(encode(tokenizer, "   a") == Ids{9, 7});
    CHECK(encode(tokenizer, " a") == Ids{7});
  }
}

TEST_CASE("a user-defined piece that ends within a character matches nothing") {
  Vocabulary vocabulary = small_vocabulary({"a", "\xE2"});
  vocabulary.types.back() = PieceType::user_defined;
  const Vocabulary without = small_vocabulary({"a"});
  CHECK(encode(Tokenizer(vocabulary), "a\u2581a") == encode(Tokenizer(without), "a\u2581a"));
}

TEST_CASE("without byte pieces a run of foreign characters is one unknown id") {
  const Tokenizer tokenizer(small_vocabulary({"a"}));
  CHECK(encode(tokenizer, "xa") == Ids{3, 5});
  CHECK(encode(tokenizer, "aéxaz") == Ids{5, 3, 5, 3});
}

TEST_CASE("each invalid byte counts as U+FFFD") {
  const Tokenizer tokenizer(without_bos_eos(english_vocabulary(4096)));
  const Ids replacement = encode(tokenizer, "\ufffd");
  REQUIRE(replacement == Ids{238 + 0xEF, 238 + 0xBF, 238 + 0xBD});
  struct Case {
    std::string_view text;
    size_t invalid_bytes;
  };
  for (const Case& c : std::vector<Case>{{"\x80", 1},
                                         {"\xff\xfe", 2},
                                         {"\xc0\x80", 2},
                                         {"\xe2\x96", 2},
                                         {"\xed\xa0\x80", 3},
                                         {"\xf4\x90\x80\x80", 4},
                                         {"\xf0\x9f\x91", 3}}) {
    Ids expected;
    for (size_t i = 0; i < c.invalid_bytes; ++i)
      expected.insert(expected.end(), replacement.begin(), replacement.end());
    CHECK(encode(tokenizer, c.text) == expected);
  }
}

TEST_CASE("the ids of valid UTF-8 decode to the text") {
  for (const int32_t size : {1024, 4096, 262144}) {
    const Vocabulary vocabulary = without_bos_eos(english_vocabulary(size));
    const Tokenizer tokenizer(vocabulary);
    std::vector<std::string> texts = valid_texts(1000, 11);
    texts.insert(texts.end(), written_texts().begin(), written_texts().end());
    for (const std::string& text : texts)
      if (decode(vocabulary, encode(tokenizer, text)) != with_spaces(text)) {
        INFO(text);
        CHECK(false);
      }
  }
}

TEST_CASE("one tokenizer serves several threads") {
  const Tokenizer tokenizer(english_vocabulary(4096));
  std::vector<std::string> texts = valid_texts(300, 12);
  for (std::string& text : invalid_texts(300, 13)) texts.push_back(std::move(text));
  std::vector<Ids> serial;
  for (const std::string& text : texts) serial.push_back(encode(tokenizer, text));

  std::vector<std::vector<Ids>> results(4);
  std::vector<std::thread> threads;
  for (std::vector<Ids>& result : results)
    threads.emplace_back([&tokenizer, &texts, &result] {
      for (const std::string& text : texts) result.push_back(encode(tokenizer, text));
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Ids>& result : results) CHECK((result == serial));
}

TEST_CASE("texts of a megabyte are tokenized") {
  constexpr size_t kSize = 1 << 20;
  const Vocabulary vocabulary = without_bos_eos(english_vocabulary(262144));
  const Tokenizer tokenizer(vocabulary);
  CHECK(encode(tokenizer, std::string(kSize, ' ')).size() == (kSize + 30) / 31);
  CHECK(encode(tokenizer, std::string(kSize, '\n')).size() == (kSize + 30) / 31);
  CHECK(encode(tokenizer, std::string(kSize, '\xff')).size() == kSize * 3);
  CHECK(encode(tokenizer, std::string(kSize, '\0')).size() == kSize);

  // Every power of two is a piece: the whole text becomes one id.
  const std::string longest(kSize, 'a');
  std::vector<std::string_view> powers;
  for (size_t size = 1; size <= kSize; size *= 2)
    powers.push_back(std::string_view(longest).substr(0, size));
  CHECK(encode(Tokenizer(small_vocabulary(powers)), longest) == Ids{5 + 20});
  CHECK(encode(Tokenizer(small_vocabulary({"aa", "a"})), longest).size() == kSize / 2);
}

TEST_CASE("a long chain of unused pieces is taken apart without recursion") {
  constexpr size_t kLength = 5000;
  const std::string longest(kLength, 'a');
  std::vector<std::string_view> pieces;
  for (size_t size = kLength; size > 0; --size)
    pieces.push_back(std::string_view(longest).substr(0, size));
  Vocabulary vocabulary = small_vocabulary(pieces);
  for (size_t id = 5; id < vocabulary.pieces.size() - 1; ++id)
    vocabulary.types[id] = PieceType::unused;
  const auto last = static_cast<int32_t>(vocabulary.pieces.size() - 1);
  CHECK(encode(Tokenizer(vocabulary), longest) == Ids(kLength, last));
}

}  // namespace winnow::engine
