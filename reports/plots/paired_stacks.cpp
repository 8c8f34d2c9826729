#include "reports/plots/paired_stacks.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reports/plots/frame_meaning.h"

namespace winnow::reports {

using profiles::Stacks;

namespace {

// A function begins the work of threads where they begin with it for at least this share of its
// amount, and the other variant runs it where it has at least this share of that amount.
constexpr double kSubstantial = 0.05;

// The stacks of one variant, with meaningful frames only.
struct Folded {
  Stacks stacks;
  std::vector<FrameMeaning> meanings;  // of the frames
  std::vector<bool> closures;          // the frames that read as another function
  std::vector<bool> of_thread;         // the stacks that begin with a thread
};

bool is_work(const Folded& side, int frame) {
  return side.meanings[static_cast<size_t>(frame)] == FrameMeaning::kWork;
}

const std::string& name_of(const Folded& side, int frame) {
  return side.stacks.frames[static_cast<size_t>(frame)].function;
}

// A closure right below its function, or below another one of it.
bool is_one_function(const Folded& side, int caller, int frame) {
  const bool closure =
      side.closures[static_cast<size_t>(caller)] || side.closures[static_cast<size_t>(frame)];
  return closure && is_work(side, caller) && is_work(side, frame) &&
         name_of(side, caller) == name_of(side, frame);
}

bool is_kernel(const Folded& side, int frame) {
  return side.stacks.frames[static_cast<size_t>(frame)].category == "kernel";
}

// The frames that stay, leaf first: the function that ran in any case, also where the kernel did
// its work; schedulers' ones only below the work.
std::vector<int> meaningful(const std::vector<int>& frames, const Folded& side) {
  std::vector<int> result;
  bool above_work = false;
  for (const int frame : frames) {
    const FrameMeaning meaning = side.meanings[static_cast<size_t>(frame)];
    const bool stays =
        meaning != FrameMeaning::kPlumbing && !(above_work && meaning == FrameMeaning::kScheduler);
    above_work = above_work || meaning == FrameMeaning::kWork;
    const bool ran = result.empty() || (result.size() == 1 && is_kernel(side, result.front()));
    if (ran || (stays && !is_one_function(side, frame, result.back()))) result.push_back(frame);
  }
  return result;
}

Folded folded(Stacks stacks) {
  Folded side;
  std::vector<bool> threads;
  for (profiles::Frame& frame : stacks.frames) {
    threads.push_back(starts_thread(frame));
    side.meanings.push_back(meaning_of(frame));
    std::string name = side.meanings.back() == FrameMeaning::kPlumbing
                           ? frame.function
                           : meaningful_name(frame.function);
    side.closures.push_back(name != frame.function);
    frame.function = std::move(name);
  }
  side.stacks = std::move(stacks);
  for (profiles::Stack& stack : side.stacks.stacks) {
    side.of_thread.push_back(!stack.frames.empty() &&
                             threads[static_cast<size_t>(stack.frames.back())]);
    stack.frames = meaningful(stack.frames, side);
  }
  return side;
}

using Amounts = std::map<std::string, double>;

// What passes through each function of the program, of an iteration.
Amounts amounts_of(const Folded& side, FlameWeight weight) {
  Amounts amounts;
  for (const profiles::Stack& stack : side.stacks.stacks) {
    std::set<std::string> names;
    for (const int frame : stack.frames)
      if (is_work(side, frame)) names.insert(name_of(side, frame));
    for (const std::string& name : names) amounts[name] += amount_of(stack, side.stacks, weight);
  }
  return amounts;
}

double amount_in(const Amounts& amounts, const std::string& name) {
  const auto found = amounts.find(name);
  return found == amounts.end() ? 0 : found->second;
}

// The functions of which a substantial part is what threads begin with, of those that the other
// variant runs substantially.
void add_beginnings(const Folded& side, const Amounts& own, const Amounts& other,
                    FlameWeight weight, std::set<std::string>& beginnings) {
  const auto both_run = [&](const std::string& name) {
    const double there = amount_in(other, name);
    return there > 0 && there >= kSubstantial * amount_in(own, name);
  };
  Amounts begun;
  for (size_t i = 0; i < side.stacks.stacks.size(); ++i) {
    const profiles::Stack& stack = side.stacks.stacks[i];
    if (!side.of_thread[i]) continue;
    const auto first = std::find_if(stack.frames.rbegin(), stack.frames.rend(), [&](int frame) {
      return is_work(side, frame) && both_run(name_of(side, frame));
    });
    if (first != stack.frames.rend())
      begun[name_of(side, *first)] += amount_of(stack, side.stacks, weight);
  }
  for (const auto& [name, amount] : begun)
    if (amount > 0 && amount >= kSubstantial * own.at(name)) beginnings.insert(name);
}

// Each stack from the innermost such function on.
void cut(Folded& side, const std::set<std::string>& beginnings) {
  for (profiles::Stack& stack : side.stacks.stacks) {
    const auto begin = std::ranges::find_if(stack.frames, [&](int frame) {
      return is_work(side, frame) && beginnings.contains(name_of(side, frame));
    });
    if (begin != stack.frames.end()) stack.frames.erase(begin + 1, stack.frames.end());
  }
}

}  // namespace

PairedStacks paired_stacks(FlameWeight weight, const Stacks& first, const Stacks& second) {
  Folded one = folded(first), two = folded(second);
  const Amounts of_one = amounts_of(one, weight), of_two = amounts_of(two, weight);
  std::set<std::string> beginnings;
  add_beginnings(one, of_one, of_two, weight, beginnings);
  add_beginnings(two, of_two, of_one, weight, beginnings);
  cut(one, beginnings);
  cut(two, beginnings);
  return {std::move(one.stacks), std::move(two.stacks)};
}

}  // namespace winnow::reports
