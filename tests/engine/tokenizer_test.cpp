#include "engine/tokenizer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/english_vocabulary.h"
#include "tests/catch.h"
#include "tests/engine/tokenizer_texts.h"
#include "tests/repetitions.h"

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

namespace {

constexpr size_t kWholeText = std::numeric_limits<size_t>::max();

// Pieces of few letters and any scores, in which merges depend on each other from far; some are
// user-defined, some unused.
Vocabulary tangled_vocabulary(Random& random, std::vector<std::string>& texts) {
  const std::string letters = "abcd";
  const size_t kinds = 1 + random(letters.size());
  texts.clear();
  for (size_t i = 0; i < 4 + random(40); ++i) {
    std::string piece;
    for (size_t length = 1 + random(6); piece.size() < length;) piece += letters[random(kinds)];
    if (random(4) == 0) piece = "\u2581" + piece;
    texts.push_back(piece);
  }
  Vocabulary vocabulary = small_vocabulary({texts.begin(), texts.end()});
  const size_t scores = 1 + random(8);
  for (size_t id = 5; id < vocabulary.pieces.size(); ++id) {
    vocabulary.scores[id] = -static_cast<float>(random(scores));
    if (random(12) == 0) vocabulary.types[id] = PieceType::unused;
    if (random(40) == 0) vocabulary.types[id] = PieceType::user_defined;
  }
  return vocabulary;
}

std::string tangled_text(Random& random) {
  const std::string letters = random(3) == 0 ? "ab" : random(2) == 0 ? "abcd " : "aaaab";
  const size_t period = 1 + random(7), length = random(200);
  std::string text;
  while (text.size() < length)
    text += random(3) > 0 && text.size() >= period ? text[text.size() - period]
                                                   : letters[random(letters.size())];
  return text;
}

}  // namespace

TEST_CASE("a text cut a window at a time has the ids of the whole text", "[windows][native]") {
  Random random(1);
  std::vector<std::string> pieces;
  for (int round = 0; round < repetitions(2000); ++round) {
    const Vocabulary vocabulary = tangled_vocabulary(random, pieces);
    const Tokenizer whole(vocabulary, kWholeText);
    for (const size_t window : {1u, 2u, 5u, 16u, 64u}) {
      const Tokenizer windowed(vocabulary, window);
      const std::string text = tangled_text(random);
      CAPTURE(round, window, text);
      const Ids ids = encode(whole, text);
      REQUIRE(encode(windowed, text) == ids);
      Ids some;
      const size_t most = random(ids.size() + 2);
      windowed.encode(text, some, most);
      REQUIRE(some ==
              Ids(ids.begin(), ids.begin() + static_cast<long>(std::min(most, ids.size()))));
    }
  }
}

TEST_CASE("written and broken texts have the same ids in windows of any size",
          "[windows][native]") {
  const Vocabulary vocabulary = english_vocabulary(4096);
  const Tokenizer whole(vocabulary, kWholeText);
  std::vector<std::string> texts = written_texts();
  for (auto* more : {&valid_texts, &invalid_texts})
    for (std::string& text : (*more)(300, 7)) texts.push_back(std::move(text));
  std::string all;
  for (const std::string& text : texts) all += text + " ";
  texts.push_back(all);
  texts.emplace_back(50'000, 'a');
  for (const size_t window : {size_t{1}, size_t{7}, size_t{100}, Tokenizer::kWindowBytes}) {
    const Tokenizer windowed(vocabulary, window);
    for (const std::string& text : texts) {
      CAPTURE(window, text.substr(0, 200));
      REQUIRE(encode(windowed, text) == encode(whole, text));
    }
  }
}

TEST_CASE("what lies behind the last id that is asked for is not read", "[windows]") {
  constexpr size_t kReadable = size_t{1} << 20, kAll = size_t{1} << 28;
  void* const memory = ::mmap(nullptr, kAll, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  REQUIRE(::mprotect(memory, kReadable, PROT_READ | PROT_WRITE) == 0);
  char* const text = static_cast<char*>(memory);
  const Tokenizer tokenizer(english_vocabulary(4096));
  for (const std::string words : {"how to bake bread, ", "a", "\xff", " "}) {
    for (size_t i = 0; i < kReadable; ++i) text[i] = words[i % words.size()];
    CAPTURE(words);
    Ids some;
    tokenizer.encode({text, kAll}, some, 2049);
    REQUIRE(some.size() == 2049);
    const Ids ids = encode(tokenizer, {text, kReadable / 2});
    CHECK(std::equal(some.begin(), some.end(), ids.begin()));
  }
  ::munmap(memory, kAll);
}

}  // namespace winnow::engine
