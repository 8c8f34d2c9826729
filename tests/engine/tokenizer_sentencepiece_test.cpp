// The ids must be SentencePiece's own, on every text and for every vocabulary.
#include "tests/engine/tokenizer_sentencepiece.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/english_vocabulary.h"
#include "tests/catch.h"
#include "tests/engine/tokenizer_texts.h"
#include "tests/repetitions.h"

namespace winnow::engine {
namespace {

using Ids = std::vector<int32_t>;

// Both tokenizers of one vocabulary, without BOS and EOS.
class Comparison {
 public:
  explicit Comparison(Vocabulary vocabulary) : Comparison(vocabulary, vocabulary) {}

  Comparison(const Vocabulary& theirs, Vocabulary ours) : tokenizer_(bare(std::move(ours))) {
    const auto status = processor_.LoadFromSerializedProto(sentencepiece_model(theirs));
    INFO(status.ToString());
    REQUIRE(status.ok());
  }

  Ids ours(const std::string& text) const {
    Ids ids;
    tokenizer_.encode(text, ids);
    return ids;
  }

  Ids theirs(const std::string& text) const {
    Ids ids;
    const auto status = processor_.Encode(text, &ids);
    REQUIRE(status.ok());
    return ids;
  }

  // The first text with different ids, and both; empty if there is none.
  std::string difference(const std::vector<std::string>& texts) const {
    for (const std::string& text : texts)
      if (ours(text) != theirs(text))
        return base::printable(text.substr(0, 1000)) + "\n  ours   " + shown(ours(text)) +
               "\n  theirs " + shown(theirs(text));
    return "";
  }

  size_t count_different(const std::vector<std::string>& texts) const {
    return static_cast<size_t>(
        std::count_if(texts.begin(), texts.end(),
                      [&](const std::string& text) { return ours(text) != theirs(text); }));
  }

 private:
  static Vocabulary bare(Vocabulary vocabulary) {
    vocabulary.add_bos = vocabulary.add_eos = false;
    return vocabulary;
  }

  std::string shown(const Ids& ids) const {
    std::string out;
    for (int32_t id : Ids(ids.begin(), ids.begin() + std::min<ptrdiff_t>(std::ssize(ids), 200))) {
      const auto piece = tokenizer_.vocabulary().pieces[static_cast<size_t>(id)];
      out += std::to_string(id) + "=" + base::printable(piece) + " ";
    }
    return out;
  }

  Tokenizer tokenizer_;
  sentencepiece::SentencePieceProcessor processor_;
};

// A small vocabulary over few letters, so that merges overlap, tie and lead into dead ends.
struct RandomVocabulary {
  std::vector<std::string> storage;
  Vocabulary vocabulary;
};

RandomVocabulary random_vocabulary(Random& random) {
  static const std::vector<std::string> kLetters = {"a", "b", "c", "é", "\u2581"};
  RandomVocabulary result;
  const bool has_bytes = random(2);
  const size_t letter_count = 1 + random(kLetters.size());
  std::set<std::string> texts;
  for (size_t i = 0, n = 5 + random(60); i < n; ++i) {
    std::string text;
    for (size_t letters = 1 + random(6); letters > 0; --letters)
      text += kLetters[random(letter_count)];
    texts.insert(text);
  }
  result.storage = {"<pad>", "<eos>", "<bos>", "<unk>", "<mask>"};
  result.storage.insert(result.storage.end(), texts.begin(), texts.end());
  const size_t first_byte = result.storage.size();
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (size_t byte = 0; has_bytes && byte < 256; ++byte)
    result.storage.push_back(std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">");

  Vocabulary& vocabulary = result.vocabulary;
  const size_t unused_percent = random(4) * 30, user_defined_percent = random(3) * 10;
  const size_t score_count = 1 + random(40);
  for (size_t id = 0; id < result.storage.size(); ++id) {
    PieceType type = PieceType::normal;
    if (id < 5)
      type = id == 3 ? PieceType::unknown : PieceType::control;
    else if (id >= first_byte)
      type = PieceType::byte;
    else if (random(100) < unused_percent)
      type = PieceType::unused;
    else if (random(100) < user_defined_percent)
      type = PieceType::user_defined;
    else if (result.storage[id].size() > 3 && random(10) == 0)
      type = PieceType::control;  // which text must not be merged to
    vocabulary.pieces.push_back(result.storage[id]);
    vocabulary.types.push_back(type);
    vocabulary.scores.push_back(static_cast<float>(random(score_count)) - 10.0f);
  }
  vocabulary.add_space_prefix = random(2);
  return result;
}

std::vector<std::string> few_letter_texts(Random& random, size_t count) {
  static const std::vector<std::string> kLetters = {"a", "b", "c", "é", " ", "\u2581", "z", "\xff"};
  std::vector<std::string> texts(count);
  for (std::string& text : texts) {
    const size_t used = 1 + random(kLetters.size());
    for (size_t length = random(60); length > 0; --length) text += kLetters[random(used)];
  }
  return texts;
}

}  // namespace

TEST_CASE("ids equal SentencePiece's with the English vocabulary") {
  for (const int32_t size : {4096, 262144}) {
    for (const bool prefix : {false, true}) {
      INFO("vocabulary of " << size << ", space prefix " << prefix);
      Vocabulary vocabulary = english_vocabulary(size);
      vocabulary.add_space_prefix = prefix;
      const Comparison comparison(std::move(vocabulary));
      CHECK(comparison.difference(written_texts()) == "");
      CHECK(comparison.difference(valid_texts(1500, 1)) == "");
      CHECK(comparison.difference(invalid_texts(1500, 2)) == "");
    }
  }
}

TEST_CASE("ids equal SentencePiece's with random vocabularies") {
  // Ties, unused pieces taken apart, user-defined pieces that overlap, unknown characters.
  Random random(3);
  for (int i = 0; i < repetitions(400); ++i) {
    INFO("vocabulary " << i);
    const RandomVocabulary random_one = random_vocabulary(random);
    const Comparison comparison(random_one.vocabulary);
    CHECK(comparison.difference(few_letter_texts(random, 50)) == "");
  }
}

TEST_CASE("ids equal SentencePiece's on texts of a megabyte") {
  const Comparison comparison(english_vocabulary(262144));
  Random random(4);
  std::string letters, bytes, words;
  while (letters.size() < 1 << 20) letters += static_cast<char>('a' + random(26));
  while (bytes.size() < 1 << 20) bytes += static_cast<char>(random(256));
  for (const std::string& text : valid_texts(4000, 5)) words += text;
  CHECK(comparison.difference({std::string(1 << 20, 'a'), letters, bytes, words}) == "");
}

TEST_CASE("the comparison sees a wrong vocabulary") {
  const Vocabulary right = english_vocabulary(4096);
  Vocabulary wrong = right;
  Random random(6);
  for (size_t i = wrong.scores.size() - 1; i > 0; --i)
    if (const size_t j = random(i + 1);
        wrong.types[i] == PieceType::normal && wrong.types[j] == PieceType::normal)
      std::swap(wrong.scores[i], wrong.scores[j]);
  const Comparison comparison(right, wrong);
  CHECK(comparison.count_different(written_texts()) > 10);
  CHECK(Comparison(right).count_different(written_texts()) == 0);
}

}  // namespace winnow::engine
