#include "reports/ledger/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <string_view>

#include "reports/recorded/sampled.h"
#include "reports/recorded/seen.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Region;
using profiles::SampledProfile;
using profiles::SyncProfile;
using profiles::ThreadAccount;

namespace {

// A thread's account closes before the kernel takes the thread down: tens of microseconds. CPU time
// beyond that is no end of a thread.
constexpr double kEndingLimit_s = 50e-6;

double seconds(int64_t ns) { return static_cast<double>(ns) * 1e-9; }

// Mean over blocks, and the half width of its 95% confidence interval (Student).
struct Mean {
  double value = 0, deviation = 0;
  std::optional<double> error;
};

double student(size_t n) {
  return boost::math::quantile(boost::math::students_t(static_cast<double>(n - 1)), 0.975);
}

Mean mean_of(const std::vector<double>& values) {
  Mean mean;
  const auto n = static_cast<double>(values.size());
  for (double value : values) mean.value += value / n;
  if (values.size() < 2) return mean;
  for (double value : values)
    mean.deviation += (value - mean.value) * (value - mean.value) / (n - 1);
  mean.deviation = std::sqrt(mean.deviation);
  mean.error = student(values.size()) * mean.deviation / std::sqrt(n);
  return mean;
}

bool has_process_time(const Block& block) { return block.region && block.region->cpu_ns(); }

bool has_region_time(const Block& block) {
  return has_process_time(block) && block.region->cores_time &&
         block.region->cores_time->cores > 0 && !block.iteration_wall_ns.empty();
}

// Of an iteration of each block; 0 where there is no server.
std::vector<double> server_seconds(const std::vector<const Block*>& blocks) {
  std::vector<double> values;
  for (const Block* block : blocks)
    values.push_back(block->server ? seconds(block->server->cpu_ns) /
                                         static_cast<double>(block->iteration_wall_ns.size())
                                   : 0);
  return values;
}

RegionTime region_time(const std::vector<const Block*>& blocks) {
  const auto over_blocks = [&](auto ns_of) {
    std::vector<double> values;
    for (const Block* block : blocks)
      values.push_back(seconds(ns_of(*block->region)) /
                       static_cast<double>(block->iteration_wall_ns.size()));
    return mean_of(values);
  };
  const auto cpu_ns = [](const Region& region) { return *region.cpu_ns(); };
  RegionTime time;
  time.pass = blocks.front()->pass;
  time.blocks = static_cast<int>(blocks.size());
  time.cores = blocks.front()->region->cores_time->cores;
  time.wall_s = over_blocks([](const Region& region) { return region.wall_ns; }).value;
  time.system_s = over_blocks([](const Region& region) { return *region.system_ns; }).value;
  time.busy_s = over_blocks([](const Region& region) { return region.cores_time->busy_ns; }).value;
  time.steal_s =
      over_blocks([](const Region& region) { return region.cores_time->steal_ns; }).value;
  const Mean server = mean_of(server_seconds(blocks));
  time.server_s = server.value;
  time.server_error_s = server.error;
  const Mean cpu = over_blocks(cpu_ns);
  const Mean idle = over_blocks([](const Region& region) { return region.cores_time->idle_ns; });
  time.cpu_s = cpu.value;
  time.cpu_error_s = cpu.error;
  time.idle_s = idle.value;
  time.idle_error_s = idle.error;
  time.others_error_s = over_blocks([&](const Region& region) {
                          return region.cores_time->busy_ns - cpu_ns(region);
                        }).error;
  if (cpu.error && cpu.value > 0)
    time.split_error = student(blocks.size()) * cpu.deviation / cpu.value;
  return time;
}

// Of the mean over blocks.
std::optional<double> relative_cpu_error(const RegionTime& region) {
  if (!region.cpu_error_s || !(region.cpu_s > 0)) return std::nullopt;
  return *region.cpu_error_s / region.cpu_s;
}

// The time pass, whose blocks no agent slows down; else a pass that has the figures.
Known<RegionTime> region_of(const MeasuredArm& variant) {
  for (const Pass pass : {Pass::time, Pass::sync}) {
    auto blocks = variant.blocks(pass);
    std::erase_if(blocks, [](const Block* block) { return !has_region_time(*block); });
    if (blocks.empty()) continue;
    const int cores = blocks.front()->region->cores_time->cores;
    if (std::ranges::any_of(
            blocks, [&](const Block* block) { return block->region->cores_time->cores != cores; }))
      return {{}, "its blocks had different numbers of cores"};
    return {region_time(blocks), ""};
  }
  return {{}, "what the cores did during the region is not recorded"};
}

// Of all processes of a pass together; empty where one of them does not tell.
std::optional<double> cpu_of(const std::vector<const Block*>& blocks) {
  double cpu_s = 0;
  for (const Block* block : blocks) {
    if (!has_process_time(*block)) return std::nullopt;
    cpu_s += seconds(*block->region->cpu_ns());
  }
  return blocks.empty() ? std::nullopt : std::optional(cpu_s);
}

Known<StateTime> states_of(const MeasuredArm& variant) {
  const auto& sync = variant.sync();
  if (!sync) return {{}, "sync pass: " + variant.reason(Pass::sync)};
  if (sync->iterations <= 0) return {{}, "sync pass: it has no iterations"};
  const double iterations = sync->iterations;
  StateTime time;
  double accounts_s = 0, ended = 0;
  time.wall_s = sync->wall_s / iterations;
  time.marked = sync->computing.has_value();
  time.run_queue_s = 0;
  for (const ThreadAccount& thread : sync->threads) {
    if (!thread.cpu_by_state) return {{}, "sync pass: CPU time by state is not recorded"};
    const auto& cpu = *thread.cpu_by_state;
    accounts_s += thread.cpu_s;
    if (thread.thread_count > 1) ended += static_cast<double>(thread.thread_count);
    time.cpu.computing_s += cpu.computing_s / iterations;
    time.cpu.searching_s += cpu.searching_s / iterations;
    time.cpu.waiting_s += cpu.waiting_s / iterations;
    time.cpu.signalling_s += cpu.signalling_s / iterations;
    time.cpu.creating_s += cpu.creating_s / iterations;
    const bool started_and_ended = thread.thread_count > 1 && cpu.computing_s > 0;
    (started_and_ended ? time.starting_s : time.cpu.other_s) += cpu.other_s / iterations;
    if (time.run_queue_s && thread.run_queue_s)
      *time.run_queue_s += *thread.run_queue_s / iterations;
    else
      time.run_queue_s.reset();
  }
  if (sync->threads.empty()) return {{}, "sync pass: accounts of threads are not recorded"};
  const std::optional<double> cpu_s = cpu_of(variant.blocks(Pass::sync));
  if (ended > 0 && cpu_s)
    time.starting_s += std::clamp(*cpu_s - accounts_s, 0.0, ended * kEndingLimit_s) / iterations;
  return {time, ""};
}

// Without accounts: all CPU time is the region's, and only samples tell what it was spent on.
StateTime states_by_samples(const MeasuredArm& variant, const RegionTime& region) {
  StateTime time;
  time.cpu.other_s = region.cpu_s;
  time.wall_s = region.wall_s;
  if (const auto& tree = variant.tree(); tree && tree->iterations > 0)
    time.run_queue_s = tree->run_queue_s / tree->iterations;
  return time;
}

// Categories of functions that have a place of their own among the lines.
constexpr std::array<std::string_view, 4> kGeneral{"scheduler", "compute", "memory", "kernel"};

// The kernels first, then the categories.
size_t line_of(const profiles::Function& function, const WorkParts& parts) {
  size_t line = 0;
  for (const std::string& kernel : parts.kernels) {
    if (is_part_of(function.name, kernel)) return line;
    ++line;
  }
  for (const auto& [category, name] : parts.categories) {
    if (function.category == category) return line;
    ++line;
  }
  return line - 1;
}

void reconcile_with(const RegionTime& region, const MeasuredArm& variant, StateTime& states) {
  const auto& blocks = variant.blocks(Pass::sync);
  double iterations = 0;
  for (const Block* block : blocks)
    iterations += static_cast<double>(block->iteration_wall_ns.size());
  const double cpu_s = cpu_of(blocks).value_or(0) / iterations;
  if (!(cpu_s > 0) || !(region.cpu_s > 0)) return;
  auto& cpu = states.cpu;
  const std::array work{&cpu.computing_s, &cpu.other_s};
  const std::array scheduler{&cpu.searching_s, &cpu.waiting_s, &cpu.signalling_s, &cpu.creating_s,
                             &states.starting_s};
  double work_s = 0, scheduler_s = 0;
  for (const double* part : work) work_s += *part;
  for (const double* part : scheduler) scheduler_s += *part;
  states.surplus = cpu_s / region.cpu_s;
  // Of a command the start and the end of its process are in no account.
  const bool whole = variant.sync()->seen.has_value();
  const double sum_s = whole ? region.cpu_s : (work_s + scheduler_s) / states.surplus;
  states.reconciled = reconcile(work_s, scheduler_s, sum_s);
  for (double* part : work) *part *= states.reconciled.work;
  for (double* part : scheduler) *part *= states.reconciled.scheduler;
}

Known<SampledWork> sampled_work(const MeasuredArm& variant, const WorkParts& parts) {
  const auto& cpu = variant.cpu();
  if (!cpu) return {{}, "cpu pass: " + variant.reason(Pass::cpu)};
  SampledWork work;
  for (const std::string& kernel : parts.kernels) work.lines.push_back({"compute: " + kernel});
  for (const auto& [category, line] : parts.categories) work.lines.push_back({line});
  work.samples = 0;
  for (const auto& function : cpu->functions) {
    if (!function.flat_s) continue;
    if (function.category == "scheduler") {
      work.scheduler_s += *function.flat_s;
      continue;
    }
    work.lines[line_of(function, parts)].seconds += *function.flat_s;
    work.work_s += *function.flat_s;
    if (work.samples && function.flat_samples)
      *work.samples += static_cast<double>(*function.flat_samples);
    else
      work.samples.reset();
  }
  // By the kernel's own account, where no sample may see it: else its time would be the functions'.
  if (cpu->unseen_kernel_s) {
    profiles::Function kernel{"[kernel]", "kernel", {}, {}, {}, {}};
    work.lines[line_of(kernel, parts)].seconds += *cpu->unseen_kernel_s;
    work.work_s += *cpu->unseen_kernel_s;
  }
  if (work.work_s <= 0)
    return {{},
            fmt::format("cpu pass: no sample outside {}",
                        parts.words.computes ? "the scheduler" : parts.words.scheduler)};
  return {work, ""};
}

}  // namespace

Reconciled reconcile(double work_s, double scheduler_s, double sum_s) {
  constexpr double kWorkSigma = 0.02, kSchedulerSigma = 0.3, kSigmas95 = 1.96;
  const double total_s = work_s + scheduler_s;
  if (!(total_s > 0)) return {};
  const double work_sigma_s = kWorkSigma * work_s,
               scheduler_sigma_s = kSchedulerSigma * scheduler_s;
  const double sigma_s = std::hypot(work_sigma_s, scheduler_sigma_s);
  const double surplus_s = total_s - sum_s;
  const double unsure = kSigmas95 * work_sigma_s * scheduler_sigma_s / sigma_s;
  Reconciled result;
  if (work_s > 0) {
    result.work = 1 - surplus_s * std::pow(work_sigma_s / sigma_s, 2) / work_s;
    result.work_error = unsure / work_s;
  }
  if (scheduler_s > 0) {
    result.scheduler = 1 - surplus_s * std::pow(scheduler_sigma_s / sigma_s, 2) / scheduler_s;
    result.scheduler_error = unsure / scheduler_s;
  }
  // Passes so far apart are not one behaviour: no part can be told from the other.
  if (result.work < 0 || result.scheduler < 0) return {sum_s / total_s, sum_s / total_s, 1, 1};
  return result;
}

WorkParts work_parts(const Measured& arms) {
  WorkParts parts;
  for (const Block& block : arms.recording().blocks)
    if (block.ok() && block.kernel_macs)
      for (const auto& [kernel, macs] : *block.kernel_macs) parts.kernels.insert(kernel);
  parts.words = arms.words();
  // Of commands all must have them, of the whole process tree.
  const auto accounted = [](const MeasuredArm& variant) {
    return variant.sync() && stands_for_all(variant.sync()->seen);
  };
  const auto of_command = [](const MeasuredArm& variant) {
    return variant.sync() && variant.sync()->seen;
  };
  parts.accounts = std::ranges::any_of(arms.variants(), of_command)
                       ? std::ranges::all_of(arms.variants(), accounted)
                       : arms.words().computes || std::ranges::any_of(arms.variants(), accounted);
  parts.categories.emplace_back("compute", "compute: other operators");
  const auto categories = categories_of(profiles_for(arms, Pass::cpu));
  for (const std::string& category : categories)
    if (std::ranges::count(kGeneral, category) == 0)
      parts.categories.emplace_back(category, category);
  parts.categories.emplace_back("memory", std::ranges::count(categories, "copying") > 0
                                              ? "memory: allocation, mapping"
                                              : "memory: allocation, zeroing, copying");
  parts.categories.emplace_back("kernel", "kernel functions");
  parts.categories.emplace_back("", "other functions");
  return parts;
}

Known<LedgerSources> ledger_sources(const MeasuredArm& variant, const WorkParts& parts) {
  auto region = region_of(variant);
  auto states = parts.accounts ? states_of(variant)
                : region.value ? Known<StateTime>{states_by_samples(variant, *region.value), ""}
                               : Known<StateTime>{};
  const auto sampled = sampled_work(variant, parts);
  for (const std::string& why : {region.reason, states.reason, sampled.reason})
    if (!why.empty()) return {{}, why};
  if (parts.accounts)
    reconcile_with(*region.value, variant, *states.value);
  else  // what is split up is the mean over blocks
    region.value->split_error = relative_cpu_error(*region.value);
  return {LedgerSources{*region.value, *states.value, *sampled.value}, ""};
}

}  // namespace winnow::reports
