#include "reports/flame_tree.h"

#include <algorithm>
#include <cmath>

namespace winnow::reports {

namespace {

constexpr double kNormal95 = 1.96;
constexpr size_t kDeepest = 200;  // a recursion's stacks are cut: no picture shows more

FlameNode& child_of(FlameNode& parent, const profiles::Frame& frame) {
  const auto found = std::ranges::find(parent.children, frame.function, &FlameNode::name);
  if (found != parent.children.end()) return *found;
  FlameNode child;
  child.name = frame.function;
  child.category = frame.category;
  if (!frame.file.empty())
    child.place = frame.file + (frame.line > 0 ? ":" + std::to_string(frame.line) : "");
  parent.children.push_back(std::move(child));
  return parent.children.back();
}

void add(FlameNode& node, double value, int64_t samples) {
  node.first.value += value;
  node.first.samples += samples;
}

void set_errors(FlameNode& node, double unit) {
  node.first.error = kNormal95 * std::sqrt(static_cast<double>(node.first.samples)) * unit;
  for (FlameNode& child : node.children) set_errors(child, unit);
}

FlameNode alone(const FlameNode& node, bool first) {
  FlameNode result = node;
  if (!first) std::swap(result.first, result.second);
  result.children.clear();
  for (const FlameNode& child : node.children) result.children.push_back(alone(child, first));
  return result;
}

double larger(const FlameNode& node) { return std::max(node.first.value, node.second.value); }

void take(FlameAmount& sum, const FlameAmount& part) {
  sum.value += part.value;
  sum.error = std::hypot(sum.error, part.error);
  sum.samples += part.samples;
}

size_t frames_below(const FlameNode& node) {
  size_t count = 1;
  for (const FlameNode& child : node.children) count += frames_below(child);
  return count;
}

void fold(FlameNode& node, double least) {
  FlameNode rest;
  std::vector<FlameNode> kept;
  for (FlameNode& child : node.children) {
    if (larger(child) >= least) {
      fold(child, least);
      kept.push_back(std::move(child));
      continue;
    }
    take(rest.first, child.first);
    take(rest.second, child.second);
    rest.folded += frames_below(child);
  }
  std::ranges::sort(kept, {}, &FlameNode::name);
  if (rest.folded > 0 && larger(rest) > 0) kept.push_back(std::move(rest));
  node.children = std::move(kept);
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

FlameNode flame_tree(const profiles::Stacks& stacks, FlameWeight weight, double texts,
                     FlameOrder order) {
  FlameNode root;
  root.name = "all";
  const double runs = std::max(stacks.iterations, 1) * std::max(texts, 1.0);
  const bool seconds = weight == FlameWeight::kSeconds;
  for (const profiles::Stack& stack : stacks.stacks) {
    const double amount = seconds ? static_cast<double>(stack.samples) * stacks.period_s
                                  : static_cast<double>(stack.bytes);
    if (amount <= 0) continue;
    const int64_t samples = seconds ? stack.samples : 0;
    FlameNode* node = &root;
    add(*node, amount / runs, samples);
    for (size_t i = 0; i < std::min(stack.frames.size(), kDeepest); ++i) {
      const size_t at = order == FlameOrder::kLeaves ? i : stack.frames.size() - 1 - i;
      node = &child_of(*node, stacks.frames.at(static_cast<size_t>(stack.frames[at])));
      add(*node, amount / runs, samples);
    }
  }
  set_errors(root, seconds ? stacks.period_s / runs : 0);
  return root;
}

FlameNode joined(const FlameNode& first, const FlameNode& second) {
  FlameNode result = first;
  result.second = second.first;
  result.children.clear();
  for (const FlameNode& child : first.children) {
    const auto other = std::ranges::find(second.children, child.name, &FlameNode::name);
    result.children.push_back(other == second.children.end() ? alone(child, true)
                                                             : joined(child, *other));
  }
  for (const FlameNode& child : second.children)
    if (std::ranges::find(first.children, child.name, &FlameNode::name) == first.children.end())
      result.children.push_back(alone(child, false));
  return result;
}

void lay_out(FlameNode& root, double share) {
  fold(root, share * larger(root));
  set_widths(root);
}

FlameChange change_of(const FlameNode& node) {
  FlameChange change;
  change.value = node.second.value - node.first.value;
  change.proven = std::abs(change.value) > std::hypot(node.first.error, node.second.error);
  return change;
}

}  // namespace winnow::reports
