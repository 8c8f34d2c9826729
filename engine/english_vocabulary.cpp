#include "engine/english_vocabulary.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <mutex>
#include <string>

namespace winnow::engine {
namespace {

// The trained pieces, best score first; the single characters come last. The file is made from
// vocabulary/english.txt by the build.
constexpr const char* kTrained[] = {
#include "english_pieces.h"
};
constexpr size_t kTrainedCount = std::size(kTrained);

// Gemma's order.
constexpr std::string_view kHtmlTags[] = {
    "<table>", "<caption>",     "<thead>",    "<tbody>",  "<tfoot>",   "<tr>",     "<th>",
    "<td>",    "</table>",      "</caption>", "</thead>", "</tbody>",  "</tfoot>", "</tr>",
    "</th>",   "</td>",         "<h1>",       "<h2>",     "<h3>",      "<h4>",     "<h5>",
    "<h6>",    "<blockquote>",  "</h1>",      "</h2>",    "</h3>",     "</h4>",    "</h5>",
    "</h6>",   "</blockquote>", "<strong>",   "<em>",     "<b>",       "<i>",      "<u>",
    "<s>",     "<sub>",         "<sup>",      "<code>",   "</strong>", "</em>",    "</b>",
    "</i>",    "</u>",          "</s>",       "</sub>",   "</sup>",    "</code>"};

constexpr size_t kLongestRun = 31;  // of newlines, and of spaces
constexpr size_t kFirstByteId = 238;
constexpr float kUnusedScore = -1e9f;

// A run of `count` times `unit`.
std::string_view run(std::string_view unit, size_t count) {
  static const std::string newlines(kLongestRun, '\n');
  static const std::string spaces = [] {
    std::string all;
    for (size_t i = 0; i < kLongestRun; ++i) all += "\u2581";
    return all;
  }();
  return std::string_view(unit == "\n" ? newlines : spaces).substr(0, count * unit.size());
}

// "<unused0>" and so on; made when first asked for, never moved or freed.
std::string_view unused_name(size_t n) {
  static std::mutex mutex;
  static std::deque<std::string> names;
  const std::lock_guard lock(mutex);
  while (names.size() <= n) names.push_back("<unused" + std::to_string(names.size()) + ">");
  return names[n];
}

std::string_view byte_name(size_t byte) {
  static const auto names = [] {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::deque<std::string> all;
    for (size_t b = 0; b < 256; ++b)
      all.push_back(std::string("<0x") + kDigits[b / 16] + kDigits[b % 16] + ">");
    return all;
  }();
  return names[byte];
}

bool is_single_character(std::string_view piece) {
  auto is_first_byte = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return std::count_if(piece.begin(), piece.end(), is_first_byte) == 1;
}

class Builder {
 public:
  explicit Builder(size_t size) : size_(size) {
    vocabulary_.pieces.reserve(size);
    vocabulary_.scores.reserve(size);
    vocabulary_.types.reserve(size);
  }

  void add(std::string_view piece, PieceType type, float score = 0) {
    vocabulary_.pieces.push_back(piece);
    vocabulary_.scores.push_back(score);
    vocabulary_.types.push_back(type);
  }

  void add_special() {
    add("<pad>", PieceType::control);
    add("<eos>", PieceType::control);
    add("<bos>", PieceType::control);
    add("<unk>", PieceType::unknown);
    add("<mask>", PieceType::control);
    add("[multimodal]", PieceType::control);
    add_unused(105);
    add("<start_of_turn>", PieceType::control);
    add("<end_of_turn>", PieceType::control);
  }

  void add_user_defined() {
    for (size_t n = 1; n <= kLongestRun; ++n) add(run("\n", n), PieceType::user_defined);
    for (size_t n = 2; n <= kLongestRun; ++n) add(run("\u2581", n), PieceType::user_defined);
    for (std::string_view tag : kHtmlTags) add(tag, PieceType::user_defined);
    add_unused(kFirstByteId);
  }

  void add_bytes() {
    for (size_t byte = 0; byte < 256; ++byte) add(byte_name(byte), PieceType::byte);
  }

  // As many of the merged pieces as fit, the best first, and all single characters.
  void add_trained() {
    size_t characters = 0;
    while (is_single_character(kTrained[kTrainedCount - 1 - characters])) ++characters;
    const size_t room = size_ - vocabulary_.pieces.size();
    const size_t merged = std::min(kTrainedCount, room) - characters;
    for (size_t i = 0; i < kTrainedCount; ++i)
      if (i < merged || i >= kTrainedCount - characters)
        add(kTrained[i], PieceType::normal, -static_cast<float>(i));
  }

  // Up to, not including, the id `end`.
  void add_unused(size_t end) {
    while (vocabulary_.pieces.size() < end)
      add(unused_name(unused_++), PieceType::unused, kUnusedScore);
  }

  Vocabulary take() { return std::move(vocabulary_); }

 private:
  size_t size_;
  size_t unused_ = 0;
  Vocabulary vocabulary_;
};

}  // namespace

Vocabulary english_vocabulary(int32_t size) {
  Builder builder(static_cast<size_t>(size));
  builder.add_special();
  builder.add_user_defined();
  builder.add_bytes();
  builder.add_trained();
  builder.add_unused(static_cast<size_t>(size));
  return builder.take();
}

}  // namespace winnow::engine
