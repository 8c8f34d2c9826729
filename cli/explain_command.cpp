#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/dry_run.h"
#include "cli/places.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "profiles/run/run.h"
#include "reports/studies/cost_slope.h"
#include "scenarios/injected_cost.h"
#include "scenarios/scenario.h"

namespace winnow::cli {

namespace fs = std::filesystem;

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
    "much as makes an iteration about 10% longer, by a first process, but no more than a quarter\n"
    "of --spin-us: threads that wait longer go to sleep, and waking them costs time of its own.\n\n"
    "Exit status: 0 where each variant agrees or is not decided, 1 where one disagrees.\n\n"
    "Examples:\n"
    "  winnow explain scenarios/batch32.toml --variants packed\n"
    "  winnow explain scenarios/batch32.toml --variants packed,pool_op --cost 10us\n"
    "  winnow explain scenarios/batch32.toml --variants hybrid --cause wakeup --blocks 20\n";

struct ExplainOptions : MeasureOptions {
  std::string cause = "region";
  std::optional<std::string> cost;
};

Options table_of(ExplainOptions& options) {
  Options table{
      {"variants=LIST", &options.variants, "comma-separated (the scenario's)"},
      {"cause=NAME", &options.cause, "region, wakeup or thread"},
      {"cost=COST", &options.cost, "of a region 10us (ns, us, ms); else how many times"},
      {"batch=N", &options.batch, "texts an iteration"},
      {"threads=N", &options.threads, "worker threads of every variant (0: all cores)"},
      {"iterations=N", &options.iterations, "in each process (3)"},
      {"blocks=N", &options.blocks, "fresh processes with each cost (10)"},
      {"out,o=DIR", &options.out, "folder of what is measured (out/explain-<scenario>)"},
  };
  for (Option& option : process_options(options)) table.push_back(std::move(option));
  return table;
}

// What is to be explained, as the options say it.
struct Explanation {
  const ExplainOptions& options;
  scenarios::Scenario scenario;
  scenarios::InjectedCause cause{};
  std::optional<int64_t> amount{};  // empty: chosen for each variant
  std::string out{};
  int blocks = 0, iterations = 0;

  bool spins() const { return cause == scenarios::InjectedCause::region; }
  // Half of what a payment may be, because each arm but the first pays once or twice.
  int64_t most() const {
    return (spins() ? scenarios::kMostInjectedNs : scenarios::kMostInjectedTimes) / 2;
  }
};

Explanation explanation_of(const ExplainOptions& options) {
  Explanation asked{options, chosen_scenario(options)};
  asked.cause = scenarios::parse_cause("--cause", options.cause);
  if (options.cost) {
    asked.amount = scenarios::parse_injection("--cost", options.cause + "=" + *options.cost).amount;
    if (*asked.amount < 1 || *asked.amount > asked.most())
      throw base::UsageError("--cost", asked.spins()
                                           ? "expected 1ns to 500ms"
                                           : fmt::format("expected 1 to {}", asked.most()));
  }
  asked.out = out_folder("explain-" + asked.scenario.name, options);
  asked.blocks = parse_number("--blocks", options.blocks, 1, 10, 10'000);
  asked.iterations = parse_number("--iterations", options.iterations, 1, 3, kMostOfAll);
  return asked;
}

profiles::Arm arm_of(const Explanation& asked, const std::string& name, int64_t amount,
                     const std::string& out) {
  const std::string cost = fmt::format("{}{}", amount, asked.spins() ? "ns" : "");
  profiles::Arm arm = make_arm(asked.scenario, asked.options, {name, ""}, out,
                               {"--inject", fmt::format("{}={}", name_of(asked.cause), cost)});
  arm.variant.arm_of = name;
  arm.variant.name = fmt::format("{}+{}", name, amount == 0 ? "0" : cost);
  return arm;
}

profiles::RunPlan plan_for(const Explanation& asked, const std::string& out) {
  profiles::RunPlan plan = plan_of(asked.scenario, asked.options, out);
  plan.blocks = asked.blocks;
  plan.iterations_per_block = asked.iterations;
  plan.passes = {profiles::Pass::time};
  return plan;
}

// A folder of its own, gone when the first processes have been read.
struct ScratchFolder {
  fs::path path = fs::temp_directory_path() / fmt::format("winnow-explain-{}", ::getpid());
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path, error);
    fs::remove_all(path.string() + ".partial", error);
  }
};

// One process of each variant: how many regions there are, and what one payment costs.
profiles::Recording first_look(const Explanation& asked) {
  const ScratchFolder folder;
  profiles::RunPlan plan = plan_for(asked, folder.path.string());
  plan.blocks = 1;
  for (const auto& variant : asked.scenario.variants)
    plan.arms.push_back(arm_of(asked, variant.name, asked.spins() ? 1000 : 1, plan.out_dir));
  plan.baseline = plan.arms.front().variant.name;
  return profiles::run(plan);
}

// About kExtra of an iteration longer; 0 where there are no regions. Where the first look failed
// the smallest: the run itself will tell why.
int64_t amount_for(const Explanation& asked, const profiles::Block& block) {
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
  const int64_t step = asked.spins() ? 1000 : 1;
  auto amount = static_cast<int64_t>(std::llround(each_ns / unit_ns));
  // While a region waits, threads that spin for it must not go to sleep: that would cost a wake-up.
  const int64_t spin_ns = int64_t{asked.options.spin_us} * 1000;
  if (asked.spins() && amount < 10 * spin_ns) amount = std::min(amount, spin_ns / 4);
  return std::clamp(amount / step * step, step, asked.most());
}

void add_arms(const Explanation& asked, const profiles::Recording& look, profiles::RunPlan& plan,
              std::vector<std::string>& without) {
  for (size_t i = 0; i < look.blocks.size() && i < asked.scenario.variants.size(); ++i) {
    const profiles::Block& block = look.blocks[i];
    const std::string& name =
        std::ranges::find(look.variants, block.variant, &profiles::Variant::name)->arm_of;
    const int64_t amount = amount_for(asked, block);
    if (amount == 0) {
      without.push_back(name);
      continue;
    }
    for (const int64_t each : {int64_t{0}, amount, 2 * amount})
      plan.arms.push_back(arm_of(asked, name, each, asked.out));
  }
  if (!without.empty() && plan.arms.empty())
    throw base::UsageError("--variants", fmt::format("{}: no parallel region to put a cost before",
                                                     fmt::join(without, ", ")));
}

}  // namespace

int explain_command(const Arguments& arguments) {
  const Help help{"winnow explain SCENARIO [options]", kExplainText};
  ExplainOptions options;
  if (!parse(help, table_of(options), arguments, {{"scenario", &options.scenario, ""}}))
    return base::kOk;
  if (!options.scenario)
    throw base::UsageError(
        "explain", "name a scenario, such as scenarios/batch32.toml; see winnow explain --help");
  options.scenario = scenario_file(*options.scenario);
  const Explanation asked = explanation_of(options);
  check_inputs(options, asked.out);
  if (options.dry_run) {
    // How much each variant pays, a first process would tell.
    profiles::RunPlan plan = plan_for(asked, asked.out);
    for (const auto& variant : asked.scenario.variants)
      plan.arms.push_back(arm_of(asked, variant.name, asked.amount.value_or(1), asked.out));
    plan.baseline = plan.arms.front().variant.name;
    return print_plan(plan);
  }

  profiles::RunPlan plan = plan_for(asked, asked.out);
  std::vector<std::string> without;
  add_arms(asked, first_look(asked), plan, without);
  if (plan.arms.empty()) return base::kInterrupted;
  plan.baseline = plan.arms.front().variant.name;
  const profiles::Recording recording = profiles::run(plan);

  const auto slopes = reports::cost_slopes(recording);
  std::string report = reports::cost_slopes_markdown(recording, slopes);
  for (const std::string& name : without)
    report += fmt::format("\n{} opens no parallel region: there is nothing to put a cost before.\n",
                          name);
  print_before(report, [&] {
    if (std::ranges::any_of(recording.blocks, [](const auto& block) { return block.ok(); }))
      base::write_file((fs::path(plan.out_dir) / "explain.md").string(), report);
  });
  if (recording.status != profiles::RunStatus::complete) {
    note(fmt::format("{}: {}", plan.out_dir, status_words(recording)));
    return exit_status_of(recording.status);
  }
  const bool disagrees = std::ranges::any_of(
      slopes, [](const auto& slope) { return slope.answer == reports::CostSlope::kDisagrees; });
  return disagrees ? kDisagrees : base::kOk;
}

}  // namespace winnow::cli
