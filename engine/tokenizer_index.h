#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/tokenizer_vocabulary.h"

// What the tokenizer looks up; made once from a vocabulary, read by any thread.
namespace winnow::engine {

constexpr int32_t kNoPiece = -1;

// Spaces are written so in pieces.
constexpr std::string_view kSpaceSymbol = "\u2581";

// The pieces that text can be merged to, by their text: open addressing with linear probing, at
// most half full. A slot holds 32 bits of the hash, so that nearly every miss is settled without
// touching the pieces.
class PieceTable {
 public:
  // The vocabulary must outlive the table.
  explicit PieceTable(const Vocabulary& vocabulary);

  int32_t find(std::string_view text) const {
    if (text.size() > longest_bytes_) return kNoPiece;
    return slots_[find_slot(text, std::hash<std::string_view>{}(text))].id;
  }

  size_t longest_bytes() const { return longest_bytes_; }

 private:
  struct Slot {
    uint32_t tag = 0;
    int32_t id = kNoPiece;
  };

  void insert(int32_t id);

  // The slot that holds `text`, or the free one where it belongs.
  size_t find_slot(std::string_view text, size_t hash) const {
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    while (slots_[at].id != kNoPiece) {
      const Slot& slot = slots_[at];
      if (slot.tag == tag(hash) && pieces_[static_cast<size_t>(slot.id)] == text) break;
      at = (at + 1) & mask;
    }
    return at;
  }

  static uint32_t tag(size_t hash) { return static_cast<uint32_t>(hash >> 32); }

  const std::vector<std::string_view>& pieces_;
  std::vector<Slot> slots_;
  size_t longest_bytes_ = 0;
};

// The user-defined pieces, sorted: finds the longest that a text starts with, as SentencePiece's
// PrefixMatcher does, by narrowing the range of candidates byte by byte.
class PrefixMatcher {
 public:
  struct Match {
    size_t size_bytes = 0;
    int32_t id = kNoPiece;
  };

  explicit PrefixMatcher(const Vocabulary& vocabulary);

  // `text` must not be empty.
  Match longest(std::string_view text) const;

  size_t longest_bytes() const { return longest_bytes_; }  // of all pieces

 private:
  struct Range {
    size_t begin = 0, end = 0;
  };

  Range narrow(Range range, size_t depth, unsigned char byte) const;

  std::vector<std::pair<std::string, int32_t>> pieces_;
  std::array<Range, 256> by_first_byte_{};
  size_t longest_bytes_ = 0;
};

struct TokenizerIndex {
  explicit TokenizerIndex(Vocabulary v);
  TokenizerIndex(const TokenizerIndex&) = delete;  // the table points into the vocabulary

  Vocabulary vocabulary;
  PieceTable table;
  PrefixMatcher user_defined;
  std::array<int32_t, 256> byte_ids{};
  bool has_bytes = false;  // all 256 of them
  // Whether an unused piece can be put together in one way at most, so that taking it apart again
  // does not depend on what else a text holds.
  bool splits_are_unique = false;
};

}  // namespace winnow::engine
