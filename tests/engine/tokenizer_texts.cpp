#include "tests/engine/tokenizer_texts.h"

#include <array>
#include <utility>

namespace winnow::engine {
namespace {

using namespace std::string_literals;

std::string utf8(uint32_t c) {
  std::string out;
  auto put = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  auto trail = [&put](uint32_t bits) { put(0x80 | (bits & 0x3F)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    trail(c >> 6);
  } else {
    put(0xF0 | c >> 18);
    trail(c >> 12);
    trail(c >> 6);
  }
  if (c >= 0x80) trail(c);
  return out;
}

std::string random_code_point(Random& random) {
  static constexpr std::array<std::pair<uint32_t, uint32_t>, 12> kRanges = {{
      {0x00, 0x1F},        // control characters, NUL among them
      {0x20, 0x7E},        // ASCII
      {0x7F, 0xFF},        // Latin-1
      {0x100, 0x17F},      // Latin Extended-A
      {0x370, 0x4FF},      // Greek, Cyrillic
      {0x590, 0x6FF},      // Hebrew, Arabic
      {0x2000, 0x206F},    // punctuation, joiners
      {0x2580, 0x2582},    // around U+2581
      {0x4E00, 0x9FFF},    // CJK
      {0xFE00, 0xFFFF},    // variation selectors, U+FFFD, non-characters
      {0x1F300, 0x1FAFF},  // emoji
      {0x10000, 0x10FFFF},
  }};
  const auto [first, last] = random.pick(kRanges);
  return utf8(first + static_cast<uint32_t>(random(last - first + 1)));
}

std::string random_word(Random& random) {
  static const std::vector<std::string> kWords = {"the",
                                                  "of",
                                                  "and",
                                                  "to",
                                                  "profile",
                                                  "Scheduling",
                                                  "unbelievable",
                                                  "antidisestablishment",
                                                  "is",
                                                  "we",
                                                  "I",
                                                  "don't",
                                                  "co-operate",
                                                  "3.14159",
                                                  "2024",
                                                  "x86_64",
                                                  "std::vector<int>",
                                                  "http://example.org/a?b=c",
                                                  "naïve",
                                                  "Zürich",
                                                  "façade",
                                                  "AVX512",
                                                  "e",
                                                  "tokenization",
                                                  "THE",
                                                  "aaaaaaaaaaaaaaaa",
                                                  "ababababab",
                                                  "...",
                                                  "--",
                                                  "(see",
                                                  "below)."};
  return random.pick(kWords);
}

std::string random_unit(Random& random) {
  static const std::vector<std::string> kUnits = {"\n",
                                                  " ",
                                                  "\t",
                                                  "\r\n",
                                                  "\0"s,
                                                  "\u2581",
                                                  "<table>",
                                                  "</table>",
                                                  "<h1>",
                                                  "<b>",
                                                  "</b",
                                                  "<bos>",
                                                  "<eos>",
                                                  "<pad>",
                                                  "<unk>",
                                                  "<mask>",
                                                  "<unused7>",
                                                  "<unused99>",
                                                  "<0x41>",
                                                  "<0x0A>",
                                                  "<0x",
                                                  "[multimodal]",
                                                  "<start_of_turn>",
                                                  "\u2581\u2581",
                                                  "\u2581 ",
                                                  "\u00a0",
                                                  "\u200d",
                                                  "\ufffd",
                                                  "\ufeff",
                                                  "👩‍👩‍👧‍👦",
                                                  "👍🏽",
                                                  "🇩🇪",
                                                  "é",
                                                  "e\u0301",
                                                  "日本語"};
  return random.pick(kUnits);
}

std::string repeated(const std::string& unit, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += unit;
  return out;
}

std::string random_part(Random& random) {
  switch (random(6)) {
    case 0:
      return random_word(random);
    case 1:
      return std::string(1, ' ').append(random_word(random));
    case 2:
      return random_code_point(random);
    case 3:
      return random_unit(random);
    case 4:
      return repeated(random_unit(random), 1 + random(70));
    default:
      return " ";
  }
}

std::string valid_text(Random& random) {
  std::string out;
  const size_t kind = random(4), parts = 1 + random(30);
  for (size_t i = 0; i < parts; ++i) {
    switch (kind) {
      case 0:
        out.append(i > 0, ' ').append(random_word(random));
        break;
      case 1:
        out += random_code_point(random);
        break;
      case 2:
        out += random.pick(written_texts());
        i += 8;
        break;
      default:
        out += random_part(random);
    }
  }
  return out;
}

std::string bad_sequence(Random& random) {
  static const std::vector<std::string> kBad = {"\x80",
                                                "\xbf\xbf",
                                                "\xc0\x80",
                                                "\xc1\xbf",
                                                "\xc3",
                                                "\xe2\x96",
                                                "\xe2",
                                                "\xe0\x9f\xbf",
                                                "\xed\xa0\x80",
                                                "\xed\xbf\xbf",
                                                "\xf0\x9f\x91",
                                                "\xf0\x8f\xbf\xbf",
                                                "\xf4\x90\x80\x80",
                                                "\xf5\x80\x80\x80",
                                                "\xf8\x88\x80\x80\x80",
                                                "\xfe",
                                                "\xff",
                                                "\xe2\x96\xc3\xa9"};
  return random.pick(kBad);
}

std::string invalid_text(Random& random) {
  std::string out;
  switch (random(3)) {
    case 0:
      for (size_t i = 0, n = 1 + random(60); i < n; ++i) out += static_cast<char>(random(256));
      return out;
    case 1:
      for (size_t i = 0, n = 1 + random(12); i < n; ++i)
        out += random(2) ? bad_sequence(random) : random_part(random);
      return out;
    default:
      out = valid_text(random) + "x";
      for (size_t i = 0, n = 1 + random(5); i < n; ++i)
        out[random(out.size())] = static_cast<char>(random(256));
      return out.substr(random(3) ? 0 : random(out.size()));
  }
}

template <class Make>
std::vector<std::string> make_texts(size_t count, uint64_t seed, Make make) {
  Random random(seed);
  std::vector<std::string> texts;
  while (texts.size() < count) texts.push_back(make(random));
  return texts;
}

}  // namespace

const std::vector<std::string>& written_texts() {
  static const std::vector<std::string> kTexts = {
      "",
      " ",
      "a",
      "Hello, world!",
      "The quick brown fox jumps over the lazy dog.",
      "Which scheduling strategy wins, by how much, and why?",
      "task: search result | query: how do worker threads wait",
      "title: none | text: A queue of tasks is shared by all workers.",
      "  two spaces before, three   inside, two behind  ",
      "\ttabs\tand\nnewlines\n\nand\r\nboth\n",
      "In 1969, Apollo 11 flew 953,054 miles; $3.14 + 42 = 45.14.",
      "don't can't won't it's we'll they're I'd o'clock",
      "ALL CAPITALS AND Some Title Case And camelCaseIdentifiers_and_snake_case",
      "for (int i = 0; i < n; ++i) { sum += a[i] * b[i]; }  // dot product",
      "https://example.org/path/to/page.html?query=value&other=%20#fragment",
      "“Quoted” – with ‘typographic’ marks — and an ellipsis…",
      "Zürich, façade, naïve, Ærøskøbing, Łódź, İstanbul, Đà Nẵng",
      "Größenwahn und Übermut tun selten gut; die Straße ist naß.",
      "Être ou ne pas être, voilà la question : où êtes-vous ?",
      "Съешь же ещё этих мягких французских булок да выпей чаю.",
      "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
      "日本語の文章を分割する。東京都に住んでいます。",
      "今天天气很好，我们去公园散步吧。",
      "한국어 문장도 있습니다.",
      "مرحبا بالعالم",
      "שלום עולם",
      "สวัสดีชาวโลก",
      "नमस्ते दुनिया",
      "👩‍👩‍👧‍👦 family, 👍🏽 skin tone, 🇩🇪 flag, ❤️ selector, "
      "🏴‍☠️ "
      "pirate",
      "e\u0301 is not é, and \u212b is not Å",
      "<table><tr><td>cell</td></tr></table><p>no piece</p><h1>Title</h1>",
      "<bos>text<eos> <pad> <unk> <mask> <unused7> <0x41> <start_of_turn>user",
      "\u2581\u2581literal\u2581markers \u2581 and spaces",
      "\0nul\0bytes\0"s,
      "\x01\x02\x1b[31mred\x1b[0m\x7f",
      repeated(" ", 31) + "x" + repeated(" ", 32) + "y" + repeated(" ", 100),
      repeated("\n", 31) + "x" + repeated("\n", 32) + "y" + repeated("\n", 100),
      repeated("a", 500),
      repeated("ab", 300),
      repeated("the", 200),
      repeated("日", 200),
      repeated("👍", 100),
      "U+FFFD itself: \ufffd\ufffd, U+FEFF: \ufeff, U+10FFFF: \U0010ffff, U+FFFF: \uffff",
  };
  return kTexts;
}

std::vector<std::string> valid_texts(size_t count, uint64_t seed) {
  return make_texts(count, seed, valid_text);
}

std::vector<std::string> invalid_texts(size_t count, uint64_t seed) {
  return make_texts(count, seed, invalid_text);
}

}  // namespace winnow::engine
