#include "reports/plots/flame_tree.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>

#include "reports/plots/lines.h"

namespace winnow::reports {

using profiles::Frame;
using profiles::Stacks;

namespace {

constexpr double kNormal95 = 1.96;
constexpr size_t kDeepest = 200;  // a recursion's stacks are cut: no picture shows more

// A stack as ranks of its functions' names, from the root on, and which side it is of.
struct Path {
  std::vector<int> functions;
  FlameAmount first{}, second{};
};

// All paths in the order of their names: the frames of a tree are ranges that share a beginning.
struct Paths {
  std::vector<const Frame*> functions;  // by rank
  std::vector<Path> paths;
};

using Ranks = std::map<std::string_view, int>;

Ranks ranks_of(const Stacks& first, const Stacks* second, std::vector<const Frame*>& functions) {
  std::map<std::string_view, const Frame*> by_name;
  for (const Stacks* stacks : {&first, second})
    if (stacks)
      for (const Frame& frame : stacks->frames) {
        const Frame*& named = by_name.try_emplace(frame.function, &frame).first->second;
        if (named->file.empty()) named = &frame;
      }
  Ranks ranks;
  for (const auto& [name, frame] : by_name) {
    ranks.emplace_hint(ranks.end(), name, static_cast<int>(functions.size()));
    functions.push_back(frame);
  }
  return ranks;
}

void add_paths(const Stacks& stacks, const FlameScale& scale, const Ranks& ranks,
               FlameAmount Path::*side, std::vector<Path>& paths) {
  std::vector<int> rank_of;
  for (const Frame& frame : stacks.frames) rank_of.push_back(ranks.at(frame.function));
  const bool seconds = scale.weight == FlameWeight::kSeconds;
  for (const profiles::Stack& stack : stacks.stacks) {
    const double amount = amount_of(stack, stacks, scale.weight) / std::max(scale.shares, 1.0);
    if (!(amount > 0) || !plottable(amount)) continue;
    Path path;
    const size_t depth = std::min(stack.frames.size(), kDeepest);
    path.functions.reserve(depth);
    for (size_t i = 0; i < depth; ++i) {
      const size_t at = scale.order == FlameOrder::kLeaves ? i : stack.frames.size() - 1 - i;
      path.functions.push_back(rank_of.at(static_cast<size_t>(stack.frames[at])));
    }
    FlameAmount& sum = path.*side;
    sum.value = amount;
    if (seconds && stack.samples > 0) {
      sum.samples = stack.samples;
      sum.error = kNormal95 * amount / std::sqrt(static_cast<double>(stack.samples));
    }
    paths.push_back(std::move(path));
  }
}

Paths sorted_paths(const FlameScale& scale, const Stacks& first, const Stacks* second) {
  Paths result;
  const Ranks ranks = ranks_of(first, second, result.functions);
  add_paths(first, scale, ranks, &Path::first, result.paths);
  if (second) add_paths(*second, scale, ranks, &Path::second, result.paths);
  std::ranges::sort(result.paths, {}, &Path::functions);
  return result;
}

double larger(const FlameNode& node) { return std::max(node.first.value, node.second.value); }

void take(FlameAmount& sum, const FlameAmount& part) {
  sum.value += part.value;
  sum.error = std::hypot(sum.error, part.error);
  sum.samples += part.samples;
}

void take(FlameNode& node, std::span<const Path> paths) {
  for (const Path& path : paths) {
    take(node.first, path.first);
    take(node.second, path.second);
  }
}

// Frames of the tree of these paths, from `depth` on.
size_t frames_below(std::span<const Path> paths, size_t depth) {
  size_t count = 0;
  const std::vector<int>* before = nullptr;
  for (const Path& path : paths) {
    size_t shared = depth;
    if (before)
      while (shared < std::min(before->size(), path.functions.size()) &&
             (*before)[shared] == path.functions[shared])
        ++shared;
    count += path.functions.size() - shared;
    before = &path.functions;
  }
  return count;
}

// `node` is where all of these paths have their first `depth` frames.
void add_children(FlameNode& node, std::span<const Path> paths, size_t depth, double least,
                  const Paths& all) {
  FlameNode rest;
  while (!paths.empty() && paths.front().functions.size() == depth) paths = paths.subspan(1);
  while (!paths.empty()) {
    const int function = paths.front().functions[depth];
    const auto end = std::ranges::find_if(
        paths, [&](const Path& path) { return path.functions[depth] != function; });
    const auto same = paths.first(static_cast<size_t>(end - paths.begin()));
    paths = paths.subspan(same.size());
    FlameNode child;
    take(child, same);
    if (larger(child) < least) {
      take(rest.first, child.first);
      take(rest.second, child.second);
      rest.folded += frames_below(same, depth);
      continue;
    }
    const Frame& frame = *all.functions[static_cast<size_t>(function)];
    child.name = frame.function;
    child.category = frame.category;
    if (!frame.file.empty())
      child.place = frame.file + (frame.line > 0 ? ":" + std::to_string(frame.line) : "");
    add_children(child, same, depth + 1, least, all);
    node.children.push_back(std::move(child));
  }
  if (rest.folded > 0) node.children.push_back(std::move(rest));
}

void set_widths(FlameNode& node) {
  double first = node.first.value, second = node.second.value, below = 0;
  for (FlameNode& child : node.children) {
    set_widths(child);
    below += child.width;
    first -= child.first.value;
    second -= child.second.value;
  }
  node.width = below + std::max({first, second, 0.0});
}

}  // namespace

double amount_of(const profiles::Stack& stack, const Stacks& stacks, FlameWeight weight) {
  const double all = weight == FlameWeight::kSeconds
                         ? static_cast<double>(stack.samples) * stacks.period_s
                         : static_cast<double>(stack.bytes);
  return all / std::max(stacks.iterations, 1);
}

FlameNode flame_tree(const FlameScale& scale, const Stacks& first, const Stacks* second) {
  const Paths all = sorted_paths(scale, first, second);
  FlameNode root;
  root.name = "all";
  take(root, all.paths);
  add_children(root, all.paths, 0, scale.share * larger(root), all);
  set_widths(root);
  return root;
}

FlameChange change_of(const FlameNode& node) {
  FlameChange change;
  change.value = node.second.value - node.first.value;
  change.proven = std::abs(change.value) > std::hypot(node.first.error, node.second.error);
  return change;
}

}  // namespace winnow::reports
