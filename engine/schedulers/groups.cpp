#include "engine/schedulers/groups.h"

#include <algorithm>
#include <numeric>

namespace winnow::engine {

size_t pass_end(std::span<const int> lengths, std::span<const int> texts, size_t begin,
                int max_tokens) {
  const auto length = [&](size_t place) {
    return int64_t{lengths[static_cast<size_t>(texts[place])]};
  };
  size_t end = begin + 1;
  for (int64_t tokens = length(begin); end < texts.size(); ++end)
    if ((tokens += length(end)) > max_tokens) break;
  return end;
}

void over_passes(std::span<const int> lengths, std::span<const int> texts,
                 base::FunctionRef<void(std::span<const int>)> body) {
  for (size_t begin = 0, end; begin < texts.size(); begin = end) {
    end = pass_end(lengths, texts, begin);
    body(texts.subspan(begin, end - begin));
  }
}

std::span<const int> in_order(std::span<const int> lengths, std::vector<int>& texts) {
  texts.resize(lengths.size());
  std::iota(texts.begin(), texts.end(), 0);
  return texts;
}

void sort_longest_first(std::span<const int> lengths, std::vector<int>& texts) {
  in_order(lengths, texts);
  std::sort(texts.begin(), texts.end(), [&](int a, int b) {
    const int length_a = lengths[static_cast<size_t>(a)],
              length_b = lengths[static_cast<size_t>(b)];
    return length_a != length_b ? length_a > length_b : a < b;
  });
}

void GroupPlan::make(std::span<const int> lengths, int workers, int group_tokens) {
  const auto length = [&](size_t place) {
    return int64_t{lengths[static_cast<size_t>(texts_[place])]};
  };
  sort_longest_first(lengths, texts_);
  const auto worker_count = static_cast<size_t>(workers);
  int64_t left = std::accumulate(lengths.begin(), lengths.end(), int64_t{0});
  // How long a worker may take with a text, by the others' mean: sharing costs about as much.
  constexpr int kMostOfMeanPercent = 120;
  for (shared_ = 0;
       shared_ < texts_.size() && length(shared_) * workers * 100 > left * kMostOfMeanPercent;
       ++shared_)
    left -= length(shared_);
  if (texts_.size() - shared_ < worker_count) shared_ = texts_.size(), left = 0;

  const int64_t round_tokens = int64_t{group_tokens} * workers;
  const auto rounds = static_cast<size_t>((left + round_tokens - 1) / round_tokens);
  make_groups(lengths, std::min(rounds * worker_count, texts_.size() - shared_));
  // The longest group's rest is shared as well, but a little is better shared from the beginning.
  constexpr int64_t kMostPercent = 150;
  int64_t longest = 0;
  for (const Group& group : groups_) longest = std::max(longest, group.tokens);
  if (rounds == 1 && longest * 100 * workers > left * kMostPercent) {
    shared_ = texts_.size();
    groups_.clear();
  }
  order_by_group();
}

void GroupPlan::make_groups(std::span<const int> lengths, size_t count) {
  groups_.assign(count, {});
  group_of_.resize(texts_.size());
  for (size_t place = shared_; place < texts_.size(); ++place) {
    const auto least =
        std::min_element(groups_.begin(), groups_.end(),
                         [](const Group& a, const Group& b) { return a.tokens < b.tokens; });
    least->tokens += lengths[static_cast<size_t>(texts_[place])];
    least->end += 1;
    group_of_[place] = static_cast<size_t>(least - groups_.begin());
  }
}

// Until here a group's `end` is its size.
void GroupPlan::order_by_group() {
  size_t begin = 0;
  for (Group& group : groups_) {
    const size_t size = group.end;
    group.begin = group.end = begin;
    begin += size;
  }
  grouped_.resize(begin);
  for (size_t place = shared_; place < texts_.size(); ++place)
    grouped_[groups_[group_of_[place]].end++] = texts_[place];
}

std::span<const int> GroupPlan::group(int i) const {
  const Group& group = groups_[static_cast<size_t>(i)];
  return std::span(grouped_).subspan(group.begin, group.end - group.begin);
}

}  // namespace winnow::engine
