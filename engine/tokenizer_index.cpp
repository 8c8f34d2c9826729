#include "engine/tokenizer_index.h"

#include <algorithm>
#include <bit>

#include "base/utf8.h"

namespace winnow::engine {
namespace {

// User-defined pieces are cut out before merging; the other types never match text.
bool merges(PieceType type) { return type == PieceType::normal || type == PieceType::unused; }

// Converted GGUF files hold user-defined pieces with plain spaces, SentencePiece's own model files
// with U+2581.
std::string escape_spaces(std::string_view piece) {
  std::string escaped;
  for (char c : piece) c == ' ' ? escaped.append(kSpaceSymbol) : escaped.append(1, c);
  return escaped;
}

bool can_be_symbol(const PieceTable& table, std::string_view text) {
  return base::utf8_length(text) == text.size() || table.find(text) != kNoPiece;
}

// How many pairs of symbols make this piece: two stand for all that are more than one.
int ways_to_merge(const PieceTable& table, std::string_view piece) {
  constexpr size_t kLongest = 256;  // that is looked at
  int ways = piece.size() > kLongest ? 2 : 0;
  for (size_t left = 1; left < piece.size() && ways < 2; ++left)
    if (can_be_symbol(table, piece.substr(0, left)) && can_be_symbol(table, piece.substr(left)))
      ++ways;
  return ways;
}

// A text is cut at the borders of characters: behind a piece that ends within one it could not go
// on.
bool is_whole_characters(std::string_view piece) {
  while (!piece.empty()) {
    const size_t size = base::utf8_length(piece);
    if (size == 0) return false;
    piece.remove_prefix(size);
  }
  return true;
}

}  // namespace

PieceTable::PieceTable(const Vocabulary& vocabulary) : pieces_(vocabulary.pieces) {
  const auto& types = vocabulary.types;
  const auto count = static_cast<size_t>(std::count_if(types.begin(), types.end(), merges));
  slots_.resize(std::bit_ceil(2 * count + 2));
  for (size_t id = 0; id < pieces_.size(); ++id)
    if (merges(types[id]) && !pieces_[id].empty()) insert(static_cast<int32_t>(id));
}

// Of equal pieces the last one counts, as in llama.cpp.
void PieceTable::insert(int32_t id) {
  const std::string_view piece = pieces_[static_cast<size_t>(id)];
  const size_t hash = std::hash<std::string_view>{}(piece);
  slots_[find_slot(piece, hash)] = {tag(hash), id};
  longest_bytes_ = std::max(longest_bytes_, piece.size());
}

PrefixMatcher::PrefixMatcher(const Vocabulary& vocabulary) {
  for (size_t id = 0; id < vocabulary.pieces.size(); ++id)
    if (vocabulary.types[id] == PieceType::user_defined && !vocabulary.pieces[id].empty() &&
        is_whole_characters(vocabulary.pieces[id]))
      pieces_.push_back({escape_spaces(vocabulary.pieces[id]), static_cast<int32_t>(id)});
  std::sort(pieces_.begin(), pieces_.end());
  for (size_t i = 0; i < pieces_.size(); ++i) {
    longest_bytes_ = std::max(longest_bytes_, pieces_[i].first.size());
    Range& range = by_first_byte_[static_cast<unsigned char>(pieces_[i].first[0])];
    if (range.begin == range.end) range.begin = i;
    range.end = i + 1;
  }
}

PrefixMatcher::Match PrefixMatcher::longest(std::string_view text) const {
  Range range = by_first_byte_[static_cast<unsigned char>(text[0])];
  Match best;
  for (size_t depth = 1; range.begin < range.end; ++depth) {
    while (range.begin < range.end && pieces_[range.begin].first.size() == depth)
      best = {depth, pieces_[range.begin++].second};
    if (depth == text.size()) break;
    range = narrow(range, depth, static_cast<unsigned char>(text[depth]));
  }
  return best;
}

// Of pieces that are longer than `depth` and equal up to there, those with `byte` at `depth`.
PrefixMatcher::Range PrefixMatcher::narrow(Range range, size_t depth, unsigned char byte) const {
  auto at_depth = [depth](const auto& piece) {
    return static_cast<unsigned char>(piece.first[depth]);
  };
  const auto first = pieces_.begin() + static_cast<ptrdiff_t>(range.begin);
  const auto last = pieces_.begin() + static_cast<ptrdiff_t>(range.end);
  const auto from =
      std::partition_point(first, last, [&](const auto& p) { return at_depth(p) < byte; });
  const auto to =
      std::partition_point(from, last, [&](const auto& p) { return at_depth(p) == byte; });
  return {static_cast<size_t>(from - pieces_.begin()), static_cast<size_t>(to - pieces_.begin())};
}

TokenizerIndex::TokenizerIndex(Vocabulary v)
    : vocabulary(std::move(v)), table(vocabulary), user_defined(vocabulary) {
  byte_ids.fill(kNoPiece);
  for (size_t id = 0; id < vocabulary.pieces.size(); ++id)
    if (vocabulary.types[id] == PieceType::byte)
      if (auto byte = byte_of(vocabulary.pieces[id])) byte_ids[*byte] = static_cast<int32_t>(id);
  has_bytes = std::find(byte_ids.begin(), byte_ids.end(), kNoPiece) == byte_ids.end();
  splits_are_unique = true;
  for (size_t id = 0; id < vocabulary.pieces.size(); ++id)
    if (vocabulary.types[id] == PieceType::unused)
      splits_are_unique = splits_are_unique && ways_to_merge(table, vocabulary.pieces[id]) <= 1;
}

}  // namespace winnow::engine
