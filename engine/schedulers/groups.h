#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/function_ref.h"

namespace winnow::engine {

// Texts that one forward pass takes at most, in tokens: their activations take about 27 kB a token,
// and a weight is long since read for more rows than it costs to read.
constexpr int kMaxPassTokens = 4096;

// The end of the pass that begins with texts[begin]: as many texts as take max_tokens together, one
// at least. lengths[text] in tokens.
size_t pass_end(std::span<const int> lengths, std::span<const int> texts, size_t begin,
                int max_tokens = kMaxPassTokens);

// body(part) for one part after another of `texts`, each of them a pass.
void over_passes(std::span<const int> lengths, std::span<const int> texts,
                 base::FunctionRef<void(std::span<const int> part)> body);

// The texts of a batch, in their order or the longest first; `texts` keeps them, and its memory
// from batch to batch.
std::span<const int> in_order(std::span<const int> lengths, std::vector<int>& texts);
void sort_longest_first(std::span<const int> lengths, std::vector<int>& texts);

// A batch cut for some workers: texts that they share, and groups for one worker each. Keeps its
// memory from batch to batch.
class GroupPlan {
 public:
  // lengths[text] in tokens. Shared is a text with which one worker would keep the others waiting;
  // and all texts when the groups would leave workers idle. The others go into groups of about
  // group_tokens, a multiple of `workers` of them where there are as many texts, and as equal as
  // can be: the longest text first, each to the group with the fewest tokens (Graham's
  // longest-processing-time rule).
  void make(std::span<const int> lengths, int workers, int group_tokens);

  std::span<const int> shared() const { return std::span(texts_).first(shared_); }
  int group_count() const { return static_cast<int>(groups_.size()); }
  std::span<const int> group(int i) const;

 private:
  struct Group {
    int64_t tokens = 0;
    size_t begin = 0, end = 0;  // in grouped_
  };

  void make_groups(std::span<const int> lengths, size_t count);
  void order_by_group();

  std::vector<int> texts_;  // the longest first
  size_t shared_ = 0;       // how many of them are shared
  std::vector<Group> groups_;
  std::vector<size_t> group_of_;  // [place in texts_]
  std::vector<int> grouped_;      // the texts of group 0, of group 1, ...
};

}  // namespace winnow::engine
