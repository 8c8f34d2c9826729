#include "engine/tokenizer.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "engine/tokenizer_index.h"

namespace winnow::engine {
namespace {

// Positions in the text are 32 bits wide, and a space grows to three bytes.
constexpr size_t kTextLimitBytes = size_t{1} << 30;

// Spaces become U+2581, bad bytes U+FFFD each; the result is valid UTF-8.
std::string normalize(std::string_view text, bool add_space_prefix) {
  std::string out;
  const auto spaces = static_cast<size_t>(std::count(text.begin(), text.end(), ' '));
  out.reserve(text.size() + (kSpaceSymbol.size() - 1) * spaces + kSpaceSymbol.size());
  if (add_space_prefix) out.append(kSpaceSymbol);
  while (!text.empty()) {
    const size_t size = base::utf8_length(text);
    if (size == 0)
      out.append("\uFFFD");
    else if (text[0] == ' ')
      out.append(kSpaceSymbol);
    else
      out.append(text.substr(0, size));
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return out;
}

// An unsigned number that is the smaller the better the score.
uint32_t score_order(float score) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);  // -0 becomes +0
  const bool negative = bits >> 31;
  return negative ? bits : ~bits & 0x7FFFFFFFu;
}

// One text on its way to pieces.
class Segmentation {
 public:
  // `text` is normalized and not empty; both must outlive the object.
  Segmentation(const TokenizerIndex& index, std::string_view text) : index_(index), text_(text) {}

  void append_ids(std::vector<int32_t>& ids) {
    split();
    merge();
    for (uint32_t i = 0; i != kEnd; i = symbols_[i].next) append_symbol(symbols_[i], ids);
  }

 private:
  static constexpr uint32_t kEnd = std::numeric_limits<uint32_t>::max();

  // A character, user-defined piece or what characters were merged to, in a linked list.
  struct Symbol {
    uint32_t begin, size_bytes;  // size 0: merged into the symbol to the left
    uint32_t prev, next;
    int32_t id;
    bool frozen;
  };

  // Two neighbours that make a piece.
  struct Pair {
    uint64_t order;  // by score, then leftmost first
    uint32_t right, size_bytes;
    int32_t id;

    uint32_t left() const { return static_cast<uint32_t>(order); }
    // The heap's top is its greatest element.
    bool operator<(const Pair& other) const { return order > other.order; }
  };

  // User-defined pieces, and characters between them.
  void split() {
    symbols_.reserve(text_.size());
    for (size_t at = 0; at < text_.size();) {
      const std::string_view rest = text_.substr(at);
      const auto match = index_.user_defined.longest(rest);
      const bool frozen = match.size_bytes > 0;
      const size_t size = frozen ? match.size_bytes : base::utf8_length(rest);
      const int32_t id = frozen ? match.id : index_.table.find(rest.substr(0, size));
      const auto i = static_cast<uint32_t>(symbols_.size());
      symbols_.push_back(
          {static_cast<uint32_t>(at), static_cast<uint32_t>(size), i - 1, i + 1, id, frozen});
      at += size;
    }
    symbols_.back().next = kEnd;  // the first one's prev is 0 - 1, which is kEnd too
  }

  // Merges the best pair until there is none. A pair whose symbols were merged otherwise since it
  // was found shows it by its size: symbols only grow, or become empty.
  void merge() {
    pairs_.reserve(symbols_.size());
    for (uint32_t i = 1; i < symbols_.size(); ++i) add_pair(i - 1, i);
    std::make_heap(pairs_.begin(), pairs_.end());
    while (!pairs_.empty()) {
      std::pop_heap(pairs_.begin(), pairs_.end());
      const Pair pair = pairs_.back();
      pairs_.pop_back();
      Symbol& left = symbols_[pair.left()];
      Symbol& right = symbols_[pair.right];
      if (left.size_bytes == 0 || right.size_bytes == 0 ||
          left.size_bytes + right.size_bytes != pair.size_bytes)
        continue;
      left.size_bytes = pair.size_bytes;
      left.id = pair.id;
      left.next = right.next;
      right.size_bytes = 0;
      if (right.next != kEnd) symbols_[right.next].prev = pair.left();
      if (left.prev != kEnd && add_pair(left.prev, pair.left()))
        std::push_heap(pairs_.begin(), pairs_.end());
      if (left.next != kEnd && add_pair(pair.left(), left.next))
        std::push_heap(pairs_.begin(), pairs_.end());
    }
  }

  // Appends the pair to pairs_ if it makes a piece.
  bool add_pair(uint32_t left_index, uint32_t right_index) {
    const Symbol& left = symbols_[left_index];
    const Symbol& right = symbols_[right_index];
    if (left.frozen || right.frozen) return false;
    const uint32_t size = left.size_bytes + right.size_bytes;
    const int32_t id = index_.table.find(text_.substr(left.begin, size));
    if (id == kNoPiece) return false;
    const float score = index_.vocabulary.scores[static_cast<size_t>(id)];
    pairs_.push_back({uint64_t{score_order(score)} << 32 | left_index, right_index, size, id});
    if (is_unused(id)) unused_splits_[id] = left.size_bytes;
    return true;
  }

  // Unused pieces serve on the way to others; one that is left over is taken apart again as it was
  // put together.
  void append_symbol(const Symbol& symbol, std::vector<int32_t>& ids) {
    const std::string_view text = text_.substr(symbol.begin, symbol.size_bytes);
    if (symbol.id == kNoPiece || !is_unused(symbol.id)) return append_piece(symbol.id, text, ids);
    parts_.assign(1, text);
    while (!parts_.empty()) {
      const std::string_view part = parts_.back();
      parts_.pop_back();
      const int32_t id = index_.table.find(part);
      const auto split = unused_splits_.find(id);
      if (split == unused_splits_.end()) {
        append_piece(id, part, ids);
      } else {
        parts_.push_back(part.substr(split->second));
        parts_.push_back(part.substr(0, split->second));
      }
    }
  }

  // A character that is no piece becomes its bytes; without byte pieces, a run of such characters
  // becomes one unknown id.
  void append_piece(int32_t id, std::string_view text, std::vector<int32_t>& ids) {
    const bool known = id != kNoPiece;
    if (known) {
      ids.push_back(id);
    } else if (index_.has_bytes) {
      for (char c : text) ids.push_back(index_.byte_ids[static_cast<unsigned char>(c)]);
    } else if (!after_unknown_) {
      ids.push_back(index_.vocabulary.unknown_id);
    }
    after_unknown_ = !known;
  }

  bool is_unused(int32_t id) const {
    return index_.vocabulary.types[static_cast<size_t>(id)] == PieceType::unused;
  }

  const TokenizerIndex& index_;
  std::string_view text_;
  std::vector<Symbol> symbols_;
  std::vector<Pair> pairs_;
  std::unordered_map<int32_t, uint32_t> unused_splits_;  // id -> bytes of the left part
  std::vector<std::string_view> parts_;
  bool after_unknown_ = false;
};

}  // namespace

struct Tokenizer::Index : TokenizerIndex {
  using TokenizerIndex::TokenizerIndex;
};

Tokenizer::Tokenizer(Vocabulary vocabulary)
    : index_(std::make_unique<Index>(std::move(vocabulary))) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;

const Vocabulary& Tokenizer::vocabulary() const { return index_->vocabulary; }

void Tokenizer::encode(std::string_view text, std::vector<int32_t>& ids) const {
  if (text.size() > kTextLimitBytes) throw base::Error("text", "longer than 1 GiB");
  const Vocabulary& vocabulary = index_->vocabulary;
  ids.clear();
  if (vocabulary.add_bos) ids.push_back(vocabulary.bos_id);
  if (!text.empty()) {
    const std::string normalized = normalize(text, vocabulary.add_space_prefix);
    Segmentation(*index_, normalized).append_ids(ids);
  }
  if (vocabulary.add_eos) ids.push_back(vocabulary.eos_id);
}

}  // namespace winnow::engine
