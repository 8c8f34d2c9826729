#include <cmath>
#include <random>
#include <sstream>

#include "reports/comparison/comparison.h"
#include "reports/figures/format.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/engine_terms.h"
#include "tests/repetitions.h"
#include "tests/reports/samples/samples.h"

namespace winnow::reports {

namespace {

using Random = std::mt19937_64;

double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution(low, high)(random);
}

bool chance(Random& random, double p) { return uniform(random, 0, 1) < p; }

// Zero now and then, else of any magnitude that a measurement may have, and beyond.
double any_size(Random& random) {
  return chance(random, 0.15) ? 0 : std::pow(10, uniform(random, -10, 9));
}

std::string any_name(Random& random) {
  static const std::vector<std::string> names = {"f",         "operator|",
                                                 "a`b",       "std::vector<int>",
                                                 "new\nline", "",
                                                 "**x**",     "main",
                                                 "~thing~",   "pthread_cond_wait",
                                                 "[a](b)",    "\xff\xfe",
                                                 "```",       "|",
                                                 "&lt;",      "\\",
                                                 "x_y_z",     "naïve"};
  return names[random() % names.size()];
}

profiles::Calls any_calls(Random& random) {
  return {static_cast<int64_t>(random() % 3 == 0 ? 0 : random() % 10'000'000), any_size(random)};
}

profiles::SampledProfile any_profile(Random& random) {
  static const char* categories[] = {"scheduler", "compute", "memory", "tokenization",
                                     "kernel",    "other",   "strange"};
  profiles::SampledProfile profile;
  profile.iterations = static_cast<int>(random() % 4 * 5);
  if (chance(random, 0.7)) profile.samples = static_cast<int64_t>(random() % 5000);
  if (chance(random, 0.7)) profile.period_s = 0.01;
  const int count = static_cast<int>(random() % 30);
  for (int i = 0; i < count; ++i) {
    profiles::Function function;
    function.name = any_name(random) + std::to_string(i % 20);
    function.category = categories[random() % 7];
    if (chance(random, 0.9)) function.flat_s = any_size(random);
    if (chance(random, 0.5)) function.cumulative_s = function.flat_s.value_or(0) + any_size(random);
    if (chance(random, 0.5)) function.flat_samples = static_cast<int64_t>(random() % 100);
    profile.sampled_s += function.flat_s.value_or(0);
    profile.functions.push_back(function);
  }
  if (chance(random, 0.8)) profile.total_s = profile.sampled_s * uniform(random, 0.9, 1.5);
  return profile;
}

profiles::HeapProfile any_heap(Random& random) {
  profiles::HeapProfile heap;
  heap.iterations = static_cast<int>(random() % 3 * 7);
  for (int i = static_cast<int>(random() % 6); i > 0; --i) {
    heap.region.push_back({any_name(random), any_size(random) * 1e6, {}});
    heap.region_bytes += heap.region.back().bytes;
  }
  if (chance(random, 0.3)) heap.region_bytes *= 1.2;
  if (chance(random, 0.5)) heap.header_bytes = heap.region_bytes;
  if (chance(random, 0.5)) heap.exact_bytes = static_cast<int64_t>(random() % 1'000'000'000);
  if (chance(random, 0.5)) heap.region_objects = static_cast<int64_t>(random() % 1'000'000);
  if (chance(random, 0.5)) heap.before_region = {{"b", any_size(random), {}}};
  return heap;
}

profiles::SyncProfile any_sync(Random& random) {
  profiles::SyncProfile sync;
  sync.iterations = static_cast<int>(random() % 3 * 10);
  sync.wall_s = any_size(random);
  sync.cores = static_cast<int>(random() % 5);
  for (auto* group : {&sync.thread_create, &sync.thread_join, &sync.condition_wait,
                      &sync.condition_signal, &sync.mutex_contended, &sync.yield, &sync.computing,
                      &sync.searching, &sync.waiting, &sync.signalling})
    if (chance(random, 0.6)) *group = any_calls(random);
  for (int i = static_cast<int>(random() % 20); i > 0; --i) {
    profiles::ThreadAccount thread;
    thread.name = any_name(random);
    thread.wall_s = any_size(random);
    thread.cpu_s = any_size(random);
    if (chance(random, 0.8)) thread.run_queue_s = any_size(random);
    if (chance(random, 0.8)) thread.voluntary_switches = static_cast<int64_t>(random() % 1000);
    sync.threads.push_back(thread);
  }
  return sync;
}

profiles::Recording any_recording(Random& random) {
  profiles::Recording recording;
  recording.status =
      chance(random, 0.5) ? profiles::RunStatus::complete : profiles::RunStatus::interrupted;
  recording.workload.items_per_iteration = static_cast<int>(random() % 3 * 16);
  recording.workload.description = any_name(random);
  const size_t variants = random() % 4;
  for (size_t i = 0; i < variants; ++i) {
    profiles::Variant variant;
    variant.name = "v" + std::to_string(i);
    variant.label = any_name(random);
    variant.advice = any_name(random);
    if (chance(random, 0.5))
      variant.thread_terms =
          engine_terms(static_cast<int64_t>(random() % 5), static_cast<int64_t>(random() % 200),
                       static_cast<int64_t>(random() % 5));
    const double speed = any_size(random);
    std::vector<double> times;
    for (size_t blocks = random() % 12; blocks > 0; --blocks)
      times.push_back(std::min(speed * uniform(random, 0.9, 1.1), 1e6));
    add_blocks(recording, variant.name, times, static_cast<int>(random() % 3 + 1));
    auto& profiles = recording.profiles[variant.name];
    if (chance(random, 0.8)) profiles.cpu = any_profile(random);
    if (chance(random, 0.4)) profiles.wall = any_profile(random);
    if (chance(random, 0.8)) profiles.heap = any_heap(random);
    if (chance(random, 0.8)) profiles.sync = any_sync(random);
    recording.variants.push_back(variant);
  }
  recording.baseline = "v0";
  for (auto& block : recording.blocks) {
    if (chance(random, 0.02)) block.failure = any_name(random);
    if (chance(random, 0.5))
      block.region = profiles::Region{static_cast<int64_t>(random() % 9), 5, 7, {}, {}, {}, {}};
  }
  if (chance(random, 0.3)) recording.warnings.push_back(any_name(random));
  return recording;
}

size_t cell_count(const std::string& line) {
  size_t bars = 0;
  for (size_t i = 0; i < line.size(); ++i)
    if (line[i] == '|' && (i == 0 || line[i - 1] != '\\')) ++bars;
  return bars;
}

void check_tables(const std::string& markdown) {
  std::istringstream lines(markdown);
  size_t expected = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("|")) {
      expected = 0;
      continue;
    }
    if (expected == 0) expected = cell_count(line);
    INFO(line);
    CHECK(cell_count(line) == expected);
    CHECK(line.ends_with(" |") == !line.starts_with("|---"));
  }
}

// Rows of these tables are parts of a whole: each printed share may be off by half its last digit.
void check_shares(const Table& table, size_t variants) {
  for (size_t variant = 0; variant < variants; ++variant) {
    double sum = 0;
    int rows = 0;
    for (const Row& row : table.rows) {
      const auto& share = row.figures[variant].share;
      if (row.role == Role::kTotal || row.role == Role::kOverlap || row.unit == Unit::kCount)
        continue;
      if (!share) continue;
      sum += std::round(*share * 10000) / 100;
      ++rows;
    }
    if (rows > 0) CHECK(std::abs(sum - 100) <= 0.005 * rows + 1e-6);
  }
}

void check_deltas(const Table& table) {
  for (const Row& row : table.rows)
    for (size_t variant = 1; variant < row.figures.size(); ++variant) {
      const auto delta = change(row, 0, variant);
      if (!delta) continue;
      const double a = *row.figures[0].value, b = *row.figures[variant].value;
      const int coarser = a == 0   ? decimals_for(row.unit, b)
                          : b == 0 ? decimals_for(row.unit, a)
                                   : std::min(decimals_for(row.unit, a), decimals_for(row.unit, b));
      INFO(row.name << " " << a << " " << b << " " << delta->absolute_text);
      CHECK(std::abs(delta->absolute - (b - a)) <=
            0.5 * std::pow(10, -coarser) + 1e-9 * (std::abs(a) + std::abs(b)) + 1e-15);
      if (!delta->percent) continue;
      const double told = row.figures[variant].below.value_or(b);  // at most that
      CHECK(*delta->percent == Approx(100 * (told - a) / std::abs(a)).margin(1e-9));
      if (delta->absolute != 0) CHECK((*delta->percent < 0) == (delta->absolute < 0));
    }
}

// No sum of samples exceeds its whole, and what it holds beyond the total is one row.
void check_cpu_sums(const Table& table, size_t variants, bool consistent) {
  const Row* total = row_with(table, Role::kTotal);
  for (size_t variant = 0; total && variant < variants; ++variant) {
    if (!total->figures[variant].value) continue;
    double sum = 0, size = 0;
    bool known = true;
    for (const Row& row : table.rows) {
      const auto& value = row.figures[variant].value;
      if (row.role == Role::kTotal) continue;
      if (!value && row.role == Role::kUnsampled) known = false;
      sum += (row.role == Role::kOverlap ? -1 : 1) * value.value_or(0);
      size += std::abs(value.value_or(0));
      if (value) CHECK(*value >= 0);
      const auto& share = row.figures[variant].share;
      if (consistent && share) CHECK(*share <= 1 + 1e-9);
    }
    if (known) CHECK(std::abs(sum - *total->figures[variant].value) <= 1e-9 * size);
  }
}

// What two tables hold reads the same in both.
void check_same_quantity(const Row* first, const Row* second) {
  if (!first || !second) return;
  INFO(first->name << " and " << second->name);
  const RowCells one = format_row(*first), other = format_row(*second);
  CHECK(one.figures == other.figures);
  for (size_t variant = 1; variant < one.deltas.size(); ++variant)
    CHECK(one.deltas[variant].text == other.deltas[variant].text);
}

}  // namespace

TEST_CASE("random recordings: shares add up, differences fit their cells, tables are well-formed") {
  Random random(20251122);
  constexpr int kRounds = repetitions(1000);
  int consistent_recordings = 0;
  for (int round = 0; round < kRounds; ++round) {
    const profiles::Recording recording = any_recording(random);
    const Report report = make_report(recording);
    const std::string text = to_markdown(report);
    INFO("round " << round << "\n" << text);
    for (const char* bad : {"nan", "inf%", "infs", "inf ", "-nan"})
      CHECK(text.find(bad) == std::string::npos);
    check_tables(text);
    // Two functions of one name in two categories count twice.
    const bool consistent = text.find("add up to more than was sampled") == std::string::npos;
    if (consistent) check_shares(report.cpu_total, report.variants.size());
    consistent_recordings += consistent ? 1 : 0;
    check_cpu_sums(report.cpu_total, report.variants.size(), consistent);
    check_shares(report.wall, report.variants.size());
    check_shares(report.memory, report.variants.size());
    for (const Table* table :
         {&report.performance, &report.scheduler, &report.compute, &report.cpu_total,
          &report.cumulative, &report.wall, &report.memory, &report.threads.metrics})
      check_deltas(*table);
    check_same_quantity(row_with(report.scheduler, Role::kSubtotal),
                        row_named(report.cpu_total, "Scheduler functions"));
    check_same_quantity(row_with(report.compute, Role::kSubtotal),
                        row_named(report.cpu_total, "Compute functions"));
    if (!report.same_work.holds()) CHECK(report.verdict.outcome == Verdict::kVoid);
  }
  CHECK(consistent_recordings > kRounds / 2);
}

}  // namespace winnow::reports
