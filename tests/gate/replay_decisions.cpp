// replay_decisions FOLDER [--factor F]... [--decisions N] [--pairs N] [--budget SECONDS] [--seed N]
//
// Decides gates anew from one recording of a program against itself (winnow compare --passes time
// 'COMMAND' 'COMMAND', some hundred blocks): each gate takes rounds in a row from a random one on,
// the candidate's times multiplied by the factor, and ends as `winnow gate` does, by the same code.
// A replay costs no runs; it knows only the noise that was recorded, and no more pairs than rounds.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "profiles/recording/recording.h"
#include "reports/gate/timing.h"
#include "reports/gate/verdict.h"
#include "reports/statistics/sequential.h"

namespace winnow {

namespace {

using profiles::Block;
using profiles::Recording;
using reports::GateOutcome;

struct Options {
  std::string folder;
  std::vector<double> factors;
  int decisions = 400, pairs = reports::kLooks.back();
  double budget_s = 600;
  uint64_t seed = 1;
};

template <class Number>
Number number(const std::string& option, const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0))
    throw base::UsageError(option, "expected a number above 0");
  return value;
}

Options options_of(const std::vector<std::string>& arguments) {
  Options options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (!name.starts_with("--")) {
      options.folder = name;
      continue;
    }
    if (++i == arguments.size()) throw base::UsageError(name, "its value is missing");
    if (name == "--factor")
      options.factors.push_back(number<double>(name, arguments[i]));
    else if (name == "--decisions")
      options.decisions = number<int>(name, arguments[i]);
    else if (name == "--pairs")
      options.pairs = number<int>(name, arguments[i]);
    else if (name == "--budget")
      options.budget_s = number<double>(name, arguments[i]);
    else if (name == "--seed")
      options.seed = number<uint64_t>(name, arguments[i]);
    else
      throw base::UsageError(name, "no such option");
  }
  if (options.folder.empty()) throw base::UsageError("replay_decisions", "name a recording");
  if (options.factors.empty()) options.factors = {1, 1.02, 1.05};
  return options;
}

// The blocks of the rounds in which both commands, and their second copy, ended well.
std::vector<std::vector<Block>> whole_rounds(const Recording& recording) {
  if (recording.variants.size() != 2) throw base::Error("recording", "expected one command twice");
  std::map<int, std::vector<Block>> by_index;
  for (const Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time && block.ok()) by_index[block.index].push_back(block);
  const size_t arms = recording.twin.empty() ? 2 : 3;
  std::vector<std::vector<Block>> rounds;
  for (auto& [index, blocks] : by_index)
    if (blocks.size() == arms) rounds.push_back(std::move(blocks));
  if (rounds.size() < static_cast<size_t>(reports::kLooks.front()))
    throw base::Error("recording", "fewer rounds than the first look needs");
  return rounds;
}

// A gate's recording, without blocks.
Recording begun(const Recording& recording) {
  Recording both = recording;
  both.blocks.clear();
  both.profiles.clear();
  both.missing.clear();
  both.warnings.clear();
  for (size_t i = 0; i < both.variants.size(); ++i) {
    both.variants[i].side = i == 0 ? profiles::Side::base : profiles::Side::head;
    both.variants[i].arm_of = "program";
  }
  return both;
}

void slow_down(double factor, Block& block) {
  const auto scale = [&](int64_t& ns) {
    ns = static_cast<int64_t>(static_cast<double>(ns) * factor);
  };
  for (int64_t& wall_ns : block.iteration_wall_ns) scale(wall_ns);
  if (!block.region) return;
  scale(block.region->wall_ns);
  if (block.region->user_ns) scale(*block.region->user_ns);
  if (block.region->system_ns) scale(*block.region->system_ns);
}

struct Decision {
  GateOutcome outcome = GateOutcome::kInvalid;
  int pairs = 0;
  double seconds = 0;  // of the runs, without what the harness takes
};

Decision decided(const Options& options, const std::vector<std::vector<Block>>& rounds,
                 size_t first, double factor, Recording both) {
  const std::string head = both.variants.back().name;
  Decision decision;
  const int most = std::min(options.pairs, static_cast<int>(rounds.size()));
  while (decision.pairs < most) {
    for (Block block : rounds[(first + static_cast<size_t>(decision.pairs)) % rounds.size()]) {
      block.index = decision.pairs;
      block.rerun_of.reset();
      if (block.variant == head) slow_down(factor, block);
      if (block.region) decision.seconds += static_cast<double>(block.region->wall_ns) * 1e-9;
      both.blocks.push_back(std::move(block));
    }
    ++decision.pairs;
    if (decision.pairs >= reports::kLooks.front() && decision.seconds >= options.budget_s) break;
    if (reports::gate_enough(both, {})) break;
  }
  decision.outcome = reports::gate_builds(both, {}, {"base", "head"}).outcome;
  return decision;
}

double at(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

void replay(const Options& options) {
  const Recording recording = profiles::read_recording(options.folder);
  const auto rounds = whole_rounds(recording);
  const Recording empty = begun(recording);
  for (const double factor : options.factors) {
    std::mt19937_64 random(options.seed);
    std::map<GateOutcome, int> outcomes;
    std::vector<double> pairs, seconds;
    for (int i = 0; i < options.decisions; ++i) {
      const Decision decision = decided(options, rounds, random() % rounds.size(), factor, empty);
      ++outcomes[decision.outcome];
      pairs.push_back(decision.pairs);
      seconds.push_back(decision.seconds);
    }
    const int other = options.decisions - outcomes[GateOutcome::kPass] -
                      outcomes[GateOutcome::kRegression] - outcomes[GateOutcome::kInconclusive];
    fmt::print(
        "replay of {} rounds, times x {}: {} decisions: {} passed, {} regression, {} "
        "inconclusive{}; pairs: median {:.0f}, most {:.0f}; seconds of runs: median {:.1f}, most "
        "{:.1f}\n",
        rounds.size(), factor, options.decisions, outcomes[GateOutcome::kPass],
        outcomes[GateOutcome::kRegression], outcomes[GateOutcome::kInconclusive],
        other > 0 ? fmt::format(", {} other", other) : "", at(pairs, 0.5), at(pairs, 1),
        at(seconds, 0.5), at(seconds, 1));
    std::fflush(stdout);
  }
}

}  // namespace

}  // namespace winnow

int main(int count, char** arguments) try {
  winnow::replay(winnow::options_of({arguments + 1, arguments + count}));
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "replay_decisions: {}\n", error.what());
  return 1;
}
