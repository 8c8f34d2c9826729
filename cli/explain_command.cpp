#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/run_options.h"
#include "cli/texts.h"
#include "kernels/kernels.h"
#include "profiles/run/run.h"
#include "reports/studies/cost_slope.h"
#include "scenarios/injected_cost.h"
#include "scenarios/scenario.h"
#include "version.h"

namespace winnow::cli {

namespace fs = std::filesystem;
namespace po = boost::program_options;

namespace {

constexpr int kDisagrees = 1;
constexpr double kExtra = 0.1;  // of an iteration, by the smaller cost

constexpr std::string_view kExplainText =
    "Proves what the parallel regions of the scenario's variants cost: puts a known cost before\n"
    "each of them, no times, once and twice, in alternating fresh processes, and checks that an\n"
    "iteration becomes slower by as much as the counted regions say. Prints a Markdown report;\n"
    "--out gets the recording and explain.md. Ctrl-C ends the run early and keeps what there "
    "is.\n\n"
    "Causes: region (the thread that opens a region spins), wakeup (it wakes a helper and waits "
    "for\n"
    "its answer), thread (it creates a thread and joins it). Without --cost each variant gets as\n"
    "much as makes an iteration about 10 % longer, by a first process, but no more than a quarter\n"
    "of --spin-us: threads that wait longer go to sleep, and waking them costs time of its own.\n\n"
    "Exit status: 0 where each variant agrees or is not decided, 1 where one disagrees.\n\n"
    "Examples:\n"
    "  winnow explain scenarios/batch32.toml --variants packed\n"
    "  winnow explain scenarios/batch32.toml --variants packed,pool_op --cost 10us\n"
    "  winnow explain scenarios/batch32.toml --variants hybrid --cause wakeup --blocks 20\n";

po::options_description explain_options() {
  po::options_description options;
  auto add = options.add_options();
  add("variants", po::value<std::string>(), "comma-separated (the scenario's)");
  add("cause", po::value<std::string>()->default_value("region"), "region, wakeup or thread");
  add("cost", po::value<std::string>(), "of a region 10us (ns, us, ms); else how many times");
  add("batch", po::value<std::string>(), "texts an iteration");
  add("threads", po::value<std::string>(), "worker threads of every variant (0: all cores)");
  add("iterations", po::value<std::string>(), "in each process (3)");
  add("blocks", po::value<std::string>(), "fresh processes with each cost (10)");
  add("model", po::value<std::string>(), fmt::format("GGUF file ({})", kDefaultModel).c_str());
  add("out", po::value<std::string>(), "folder of what is measured (out/explain-<scenario>)");
  add("affinity", po::value<std::string>()->default_value("none"),
      "where the variants' threads run: none, compact, spread");
  add("spin-us", po::value<int>()->default_value(100),
      "microseconds that a thread without work spins before it sleeps");
  add("grain", po::value<int>()->default_value(0),
      "items a thread takes at once from a shared loop (0: the strategy's choice)");
  add("isa", po::value<std::string>()->default_value("auto"), kernels::isa_choices().c_str());
  add("seed", po::value<uint64_t>(), "of the order of the blocks (random)");
  add("time-limit", po::value<double>()->default_value(300), "seconds a process may take");
  return options;
}

struct Explanation {
  scenarios::Scenario scenario;
  scenarios::InjectedCause cause{};
  std::optional<int64_t> amount;  // empty: chosen for each variant
  std::string out;
  int blocks = 0, iterations = 0;
};

Explanation explanation_of(const Values& values) {
  Explanation asked;
  asked.scenario = scenarios::load_scenario(values["scenario"].as<std::string>());
  scenarios::Scenario& scenario = asked.scenario;
  scenario.batch = number(values, "batch", 1, scenario.batch);
  scenario.threads = number(values, "threads", 0, scenario.threads, scenarios::kThreadLimit);
  if (scenario.threads == 0) scenario.threads = all_cores();
  if (values.count("variants") > 0) {
    scenario.variants.clear();
    for (const std::string& name : split("--variants", values["variants"].as<std::string>()))
      scenario.variants.push_back({name, ""});
  }
  const std::string cause = values["cause"].as<std::string>();
  asked.cause = scenarios::parse_cause("--cause", cause);
  if (values.count("cost") > 0) {
    const std::string cost = values["cost"].as<std::string>();
    asked.amount = scenarios::parse_injection("--cost", cause + "=" + cost).amount;
    const bool spins = asked.cause == scenarios::InjectedCause::region;
    const int64_t most = (spins ? scenarios::kMostInjectedNs : scenarios::kMostInjectedTimes) / 2;
    if (*asked.amount < 1 || *asked.amount > most)
      throw base::UsageError(
          "--cost", spins ? "expected 1ns to 500ms" : fmt::format("expected 1 to {}", most));
  }
  asked.out = out_folder("explain-" + scenario.name, values);
  asked.blocks = number(values, "blocks", 1, 10, 10'000);
  asked.iterations = number(values, "iterations", 1, 3);
  return asked;
}

profiles::Arm arm_of(const Explanation& asked, const std::string& name, int64_t amount,
                     const std::string& out, const Values& values) {
  const auto& scenario = asked.scenario;
  const bool spins = asked.cause == scenarios::InjectedCause::region;
  const std::string cost = fmt::format("{}{}", amount, spins ? "ns" : "");
  profiles::Arm arm;
  arm.variant = make_variant(name, "", out);
  arm.variant.name = fmt::format("{}+{}", name, amount == 0 ? "0" : cost);
  arm.command = variant_command(
      name,
      {values["scenario"].as<std::string>(), scenario.batch, scenario.threads, scenario.warmup},
      values);
  arm.command.insert(
      arm.command.end(),
      {"--inject", fmt::format("{}={}", name_of(asked.cause), cost), "--alias", arm.variant.name});
  return arm;
}

profiles::RunPlan plan_of(const Explanation& asked, const Values& values) {
  profiles::RunPlan plan;
  plan.workload.scenario = asked.scenario.name;
  plan.workload.description = asked.scenario.description;
  plan.workload.texts_per_iteration = asked.scenario.batch;
  plan.workload.threads = asked.scenario.threads;
  plan.blocks = asked.blocks;
  plan.iterations_per_block = asked.iterations;
  plan.passes = {profiles::Pass::time};
  plan.time_limit_s = values["time-limit"].as<double>();
  plan.seed = run_seed(values);
  plan.agent_library = companion("profiles/agent", "libwinnow-agent.so");
  plan.winnow_version = kVersion;
  plan.commit = kCommit;
  plan.progress = progress_line();
  plan.stop = watch_signals();
  plan.out_dir = asked.out;
  return plan;
}

// A folder of its own, gone when the first processes have been read.
struct ScratchFolder {
  fs::path path = fs::temp_directory_path() / fmt::format("winnow-explain-{}", ::getpid());
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
};

// One process of each variant: how many regions there are, and what one payment costs.
profiles::Recording first_look(const Explanation& asked, const Values& values) {
  const ScratchFolder folder;
  profiles::RunPlan plan = plan_of(asked, values);
  plan.out_dir = folder.path.string();
  plan.blocks = 1;
  const bool spins = asked.cause == scenarios::InjectedCause::region;
  for (const auto& variant : asked.scenario.variants)
    plan.arms.push_back(arm_of(asked, variant.name, spins ? 1000 : 1, plan.out_dir, values));
  plan.baseline = plan.arms.front().variant.name;
  return profiles::run(plan);
}

// About kExtra of an iteration longer; 0 where there are no regions. Where the first look failed
// the smallest: the run itself will tell why.
int64_t amount_for(const Explanation& asked, const profiles::Block& block, const Values& values) {
  if (!block.ok() || !block.injected) return 1;
  const profiles::Injected& paid = *block.injected;
  if (paid.most_by_one_thread == 0) return 0;
  if (asked.amount) return *asked.amount;
  std::vector<int64_t> walls = block.iteration_wall_ns;
  std::ranges::sort(walls);
  const double regions = static_cast<double>(paid.most_by_one_thread) /
                         static_cast<double>(block.iteration_wall_ns.size());
  const double each_ns = kExtra * static_cast<double>(walls[walls.size() / 2]) / regions;
  const double unit_ns = static_cast<double>(std::max<int64_t>(paid.unit_p50_ns, 1)) /
                         static_cast<double>(std::max<int64_t>(paid.amount, 1));
  const bool spins = asked.cause == scenarios::InjectedCause::region;
  const int64_t step = spins ? 1000 : 1;
  const int64_t most = (spins ? scenarios::kMostInjectedNs : scenarios::kMostInjectedTimes) / 2;
  auto amount = static_cast<int64_t>(std::llround(each_ns / unit_ns));
  // While a region waits, threads that spin for it must not go to sleep: that would cost a wake-up.
  const int64_t spin_ns = int64_t{values["spin-us"].as<int>()} * 1000;
  if (spins && amount < 10 * spin_ns) amount = std::min(amount, spin_ns / 4);
  return std::clamp(amount / step * step, step, most);
}

void add_arms(const Explanation& asked, const profiles::Recording& look, const Values& values,
              profiles::RunPlan& plan, std::vector<std::string>& without) {
  for (size_t i = 0; i < look.blocks.size() && i < asked.scenario.variants.size(); ++i) {
    const profiles::Block& block = look.blocks[i];
    const std::string name = block.variant.substr(0, block.variant.rfind('+'));
    const int64_t amount = amount_for(asked, block, values);
    if (amount == 0) {
      without.push_back(name);
      continue;
    }
    for (const int64_t each : {int64_t{0}, amount, 2 * amount})
      plan.arms.push_back(arm_of(asked, name, each, asked.out, values));
  }
  if (!without.empty() && plan.arms.empty())
    throw base::UsageError("--variants", fmt::format("{}: no parallel region to put a cost before",
                                                     fmt::join(without, ", ")));
}

}  // namespace

int explain_command(const Arguments& arguments) {
  const Help help{"winnow explain SCENARIO [options]", kExplainText};
  const auto parsed = parse(help, explain_options(), arguments, {"scenario"});
  if (!parsed) return base::kOk;
  const Values& values = *parsed;
  if (values.count("scenario") == 0)
    throw base::UsageError("explain", "name a scenario, such as scenarios/batch32.toml");
  const Explanation asked = explanation_of(values);
  check_inputs(values, asked.out);

  profiles::RunPlan plan = plan_of(asked, values);
  std::vector<std::string> without;
  add_arms(asked, first_look(asked, values), values, plan, without);
  if (plan.arms.empty()) return base::kInterrupted;
  plan.baseline = plan.arms.front().variant.name;
  const profiles::Recording recording = profiles::run(plan);

  const auto slopes = reports::cost_slopes(recording);
  std::string report = reports::cost_slopes_markdown(recording, slopes);
  for (const std::string& name : without)
    report += fmt::format("\n{} opens no parallel region: there is nothing to put a cost before.\n",
                          name);
  if (std::ranges::any_of(recording.blocks, [](const auto& block) { return block.ok(); }))
    base::write_file((fs::path(plan.out_dir) / "explain.md").string(), report);
  print(report);
  if (recording.status != profiles::RunStatus::complete) {
    note(fmt::format("{}: this run is {}", plan.out_dir, word(recording.status)));
    return exit_status_of(recording.status);
  }
  const bool disagrees = std::ranges::any_of(
      slopes, [](const auto& slope) { return slope.answer == reports::CostSlope::kDisagrees; });
  return disagrees ? kDisagrees : base::kOk;
}

}  // namespace winnow::cli
