#include "engine/tokenizer.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
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

// With longer pieces a text is cut to ids in one go: the end of a window would take too long.
constexpr size_t kLongestPieceBytes = 1024;

// A text as pieces have it, made as far as it is needed: spaces become U+2581, bad bytes U+FFFD
// each; it is valid UTF-8.
class NormalizedText {
 public:
  NormalizedText(std::string_view text, bool add_space_prefix) : rest_(text) {
    if (add_space_prefix) text_.append(kSpaceSymbol);
  }

  // Up to the end or to at least so many bytes.
  void reach(size_t size_bytes) {
    const std::string_view next = rest_.substr(0, size_bytes - std::min(size_bytes, text_.size()));
    const auto spaces = static_cast<size_t>(std::count(next.begin(), next.end(), ' '));
    text_.reserve(text_.size() + next.size() + (kSpaceSymbol.size() - 1) * spaces);
    while (!rest_.empty() && text_.size() < size_bytes) {
      const size_t size = base::utf8_length(rest_);
      if (size == 0)
        text_.append("\uFFFD");
      else if (rest_[0] == ' ')
        text_.append(kSpaceSymbol);
      else
        text_.append(rest_.substr(0, size));
      rest_.remove_prefix(std::max<size_t>(size, 1));
    }
  }
  void remove_prefix(size_t size_bytes) { text_.erase(0, size_bytes); }

  std::string_view text() const { return text_; }
  bool whole() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  std::string text_;
};

// An unsigned number that is the smaller the better the score.
uint32_t score_order(float score) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);  // -0 becomes +0
  const bool negative = bits >> 31;
  return negative ? bits : ~bits & 0x7FFFFFFFu;
}

// One text on its way to pieces, a window at a time.
//
// What stands behind the window could change how its last symbols merge, and these in turn those
// before them. A symbol at the window's end can be merged with what follows it only to a piece that
// the text holds there. As long as the best such piece is worse than the next merge within the
// window, that merge comes first, whatever follows; as soon as it is better, the symbol leaves the
// window, and the one before it is the last. Equal scores go from left to right. So what stays in
// the window until no pair is left is what the whole text would give.
class Segmentation {
 public:
  // The index and the text must outlive the object.
  Segmentation(const TokenizerIndex& index, std::string_view text, size_t window_bytes)
      : index_(index),
        normalized_(text, index.vocabulary.add_space_prefix),
        ahead_bytes_(std::max(index.table.longest_bytes(), index.user_defined.longest_bytes())),
        window_bytes_(std::clamp<size_t>(window_bytes, 1, kWholeText)) {
    if (!index.splits_are_unique || ahead_bytes_ > kLongestPieceBytes) window_bytes_ = kWholeText;
  }

  // Until there are `most` of them.
  void append_ids(std::vector<int32_t>& ids, size_t most) {
    for (bool ended = false; !ended && ids.size() < most;) {
      ended = take_window();
      uint32_t i = last_ == kEnd ? kEnd : 0;
      for (; i != kEnd && ids.size() < most; i = symbols_[i].next) append_symbol(symbols_[i], ids);
      const size_t taken = last_ == kEnd ? 0 : symbols_[last_].begin + symbols_[last_].size_bytes;
      normalized_.remove_prefix(taken);
      if (!ended && 2 * taken <= window_bytes_) window_bytes_ *= 2;
    }
    ids.resize(std::min(ids.size(), most));
  }

 private:
  static constexpr uint32_t kEnd = std::numeric_limits<uint32_t>::max();
  static constexpr size_t kWholeText = size_t{1} << 40;
  static constexpr uint64_t kNoOrder = std::numeric_limits<uint64_t>::max();  // behind all scores

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

  // Whether the text ends in it.
  bool take_window() {
    normalized_.reach(window_bytes_ + ahead_bytes_ + kSpaceSymbol.size());
    text_ = normalized_.text();
    const size_t end = split(std::min(window_bytes_, text_.size()));
    open_end_ = !normalized_.whole() || end < text_.size();
    merge();
    return !open_end_;
  }

  // User-defined pieces, and characters between them, up to `end` or the first one that reaches it;
  // where that one ends.
  size_t split(size_t end) {
    symbols_.clear();
    symbols_.reserve(end);
    size_t at = 0;
    while (at < end) {
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
    set_last(static_cast<uint32_t>(symbols_.size()) - 1);  // of none kEnd
    if (last_ != kEnd) symbols_.back().next = kEnd;        // the first one's prev is kEnd, too
    return at;
  }

  // Merges the best pair until there is none. A pair whose symbols were merged otherwise since it
  // was found shows it by its size: symbols only grow, or become empty.
  void merge() {
    pairs_.clear();
    pairs_.reserve(symbols_.size());
    for (uint32_t i = 1; i < symbols_.size(); ++i) add_pair(i - 1, i);
    std::make_heap(pairs_.begin(), pairs_.end());
    while (!pairs_.empty()) {
      std::pop_heap(pairs_.begin(), pairs_.end());
      const Pair pair = pairs_.back();
      pairs_.pop_back();
      if (open_end_) drop_uncertain(pair.order >> 32);
      Symbol& left = symbols_[pair.left()];
      Symbol& right = symbols_[pair.right];
      if (left.size_bytes == 0 || right.size_bytes == 0 ||
          left.size_bytes + right.size_bytes != pair.size_bytes)
        continue;
      left.size_bytes = pair.size_bytes;
      left.id = pair.id;
      left.next = right.next;
      right.size_bytes = 0;
      if (pair.right == last_) set_last(pair.left());
      if (right.next != kEnd) symbols_[right.next].prev = pair.left();
      if (left.prev != kEnd && add_pair(left.prev, pair.left()))
        std::push_heap(pairs_.begin(), pairs_.end());
      if (left.next != kEnd && add_pair(pair.left(), left.next))
        std::push_heap(pairs_.begin(), pairs_.end());
    }
    if (open_end_) drop_uncertain(kNoOrder);
  }

  void set_last(uint32_t last) {
    last_ = last;
    crossing_.reset();
  }

  // Symbols at the end that could be merged with what follows before a merge of this order.
  void drop_uncertain(uint64_t order) {
    while (last_ != kEnd) {
      if (!crossing_) crossing_ = best_crossing(symbols_[last_]);
      if (*crossing_ >= order) return;
      Symbol& last = symbols_[last_];
      last.size_bytes = 0;
      if (last.prev != kEnd) symbols_[last.prev].next = kEnd;
      set_last(last.prev);
    }
  }

  // The order of the best piece that the text holds from the symbol's beginning beyond its end.
  uint64_t best_crossing(const Symbol& symbol) const {
    uint64_t best = kNoOrder;
    if (symbol.frozen) return best;
    const size_t longest = std::min(index_.table.longest_bytes(), text_.size() - symbol.begin);
    for (size_t size = symbol.size_bytes + size_t{1}; size <= longest; ++size)
      if (const int32_t id = index_.table.find(text_.substr(symbol.begin, size)); id != kNoPiece)
        best = std::min(best, uint64_t{score_order(score_of(id))});
    return best;
  }

  float score_of(int32_t id) const { return index_.vocabulary.scores[static_cast<size_t>(id)]; }

  // Appends the pair to pairs_ if it makes a piece.
  bool add_pair(uint32_t left_index, uint32_t right_index) {
    const Symbol& left = symbols_[left_index];
    const Symbol& right = symbols_[right_index];
    if (left.frozen || right.frozen) return false;
    const uint32_t size = left.size_bytes + right.size_bytes;
    const int32_t id = index_.table.find(text_.substr(left.begin, size));
    if (id == kNoPiece) return false;
    pairs_.push_back(
        {uint64_t{score_order(score_of(id))} << 32 | left_index, right_index, size, id});
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
  NormalizedText normalized_;
  size_t ahead_bytes_;                // behind the window that are looked at
  size_t window_bytes_;               // grows where little of one stays in it
  std::string_view text_;             // from the window's beginning on
  bool open_end_ = false;             // the text goes on behind the window
  uint32_t last_ = kEnd;              // symbol of the window
  std::optional<uint64_t> crossing_;  // its best_crossing()
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

Tokenizer::Tokenizer(Vocabulary vocabulary, size_t window_bytes)
    : index_(std::make_unique<Index>(std::move(vocabulary))), window_bytes_(window_bytes) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;

const Vocabulary& Tokenizer::vocabulary() const { return index_->vocabulary; }

void Tokenizer::encode(std::string_view text, std::vector<int32_t>& ids, size_t most) const {
  if (text.size() > kTextLimitBytes) throw base::Error("text", "longer than 1 GiB");
  const Vocabulary& vocabulary = index_->vocabulary;
  ids.clear();
  if (vocabulary.add_bos && most > 0) ids.push_back(vocabulary.bos_id);
  if (!text.empty()) Segmentation(*index_, text, window_bytes_).append_ids(ids, most);
  if (vocabulary.add_eos && ids.size() < most) ids.push_back(vocabulary.eos_id);
}

}  // namespace winnow::engine
