#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

// The closed sets of words that recordings, measured programs and the command line use: each an
// enum whose values count from 0, and the one table of their words.
namespace winnow::profiles {

// One way to measure one process. exact is the sync pass again, over the heap pass's iterations,
// to check the heap dumps: it comes with heap and is not asked for.
enum class Pass { time, cpu, wall, heap, sync, exact, tree, futex, count };

// How a run or a sweep ended. invalid: a program was replaced or deleted while it was measured, so
// that the figures are not of one program.
enum class RunStatus { complete, interrupted, incomplete, invalid };

// How a fact of the machine is judged; warn: it makes measurements less trustworthy.
enum class FactState { ok, warn, unknown };

// What call stacks stand for: time by a clock, or allocations.
enum class ProfileClock { cpu, wall, allocation };

// What a program paid before each parallel region.
enum class InjectedCause { region, wakeup, thread };

// Of the two builds that a gate runs side by side: the baseline and the candidate.
enum class Side { base, head };

template <class T>
inline constexpr std::array<const char*, 0> kWords{};
template <>
inline constexpr std::array<const char*, 9> kWords<Pass>{"time",  "cpu",  "wall",  "heap", "sync",
                                                         "exact", "tree", "futex", "count"};
template <>
inline constexpr std::array<const char*, 4> kWords<RunStatus>{"complete", "interrupted",
                                                              "incomplete", "invalid"};
template <>
inline constexpr std::array<const char*, 3> kWords<FactState>{"ok", "warn", "unknown"};
template <>
inline constexpr std::array<const char*, 3> kWords<ProfileClock>{"cpu", "wall", "allocation"};
template <>
inline constexpr std::array<const char*, 3> kWords<InjectedCause>{"region", "wakeup", "thread"};

template <>
inline constexpr std::array<const char*, 2> kWords<Side>{"base", "head"};

template <class T>
concept Worded = !kWords<T>.empty();

template <Worded T>
std::string word(T value) {
  return kWords<T>[static_cast<size_t>(value)];
}

// Empty: it is none of the words.
template <Worded T>
std::optional<T> find_word(std::string_view text) {
  const auto found = std::find(kWords<T>.begin(), kWords<T>.end(), text);
  if (found == kWords<T>.end()) return std::nullopt;
  return static_cast<T>(found - kWords<T>.begin());
}

// "cpu, wall, allocation"
template <Worded T>
std::string all_words() {
  std::string list;
  for (const char* each : kWords<T>) list.append(list.empty() ? "" : ", ").append(each);
  return list;
}

// The passes that a run can be asked for, in the order in which it takes them.
inline constexpr std::array kPasses{Pass::time, Pass::cpu,  Pass::wall,  Pass::heap,
                                    Pass::sync, Pass::tree, Pass::futex, Pass::count};

// Which pass brings these stacks.
constexpr Pass pass_of(ProfileClock clock) {
  return clock == ProfileClock::cpu    ? Pass::cpu
         : clock == ProfileClock::wall ? Pass::wall
                                       : Pass::heap;
}

}  // namespace winnow::profiles
