#include "scenarios/driver_result.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>

#include "base/hash.h"

namespace winnow::scenarios {
namespace {

// One of the words of SchedulerRow::options.
bool uses_option(const engine::SchedulerRow& variant, std::string_view name) {
  std::string_view left = variant.options;
  while (!left.empty()) {
    const size_t end = std::min(left.find(' '), left.size());
    if (left.substr(0, end) == name) return true;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return false;
}

int64_t to_ns(const timeval& time) {
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<int64_t>(time.tv_usec) * 1'000;
}

}  // namespace

Json region_json(int64_t wall_ns, const rusage& begin, const rusage& end) {
  return {{"wall_ns", wall_ns},
          {"user_ns", to_ns(end.ru_utime) - to_ns(begin.ru_utime)},
          {"system_ns", to_ns(end.ru_stime) - to_ns(begin.ru_stime)},
          {"voluntary_switches", end.ru_nvcsw - begin.ru_nvcsw},
          {"involuntary_switches", end.ru_nivcsw - begin.ru_nivcsw},
          {"minor_faults", end.ru_minflt - begin.ru_minflt},
          {"major_faults", end.ru_majflt - begin.ru_majflt}};
}

std::optional<Json> cores_json(const std::optional<base::CoresTime>& begin,
                               const std::optional<base::CoresTime>& end) {
  if (!begin || !end || begin->cores != end->cores) return std::nullopt;
  // The kernel's estimate of idle time may take back a little.
  const auto spent = [](int64_t from, int64_t to) { return std::max<int64_t>(0, to - from); };
  return Json{{"cores", end->cores},
              {"idle_ns", spent(begin->idle_ns, end->idle_ns)},
              {"busy_ns", spent(begin->busy_ns, end->busy_ns)},
              {"steal_ns", spent(begin->steal_ns, end->steal_ns)}};
}

std::optional<int64_t> peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0)
      return std::strtoll(line.c_str() + std::strlen("VmHWM:"), nullptr, 10) * 1024;
  return std::nullopt;
}

std::string checksum(const std::vector<float>& values) {
  base::Hash hash;
  hash.add(std::as_bytes(std::span(values)));
  return hash.hex();
}

std::string texts_hash(const std::vector<std::string>& texts) {
  base::Hash hash;
  for (const std::string& text : texts) {
    hash.add_number(text.size());
    hash.add(text);
  }
  return hash.hex();
}

Json work_json(const engine::WorkCounters& begin, const engine::WorkCounters& end) {
  return {{"texts", end.texts - begin.texts},
          {"tokens", end.tokens - begin.tokens},
          {"matmul_calls", end.matmul_calls - begin.matmul_calls},
          {"macs", end.macs - begin.macs},
          {"attention_macs", end.attention_macs - begin.attention_macs}};
}

Json kernel_macs_json(const engine::WorkCounters& begin, const engine::WorkCounters& end) {
  return {{"matmul", (end.macs - end.dense_macs) - (begin.macs - begin.dense_macs)},
          {"attention", end.attention_macs - begin.attention_macs}};
}

Json dispatch_json(engine::Scheduler& scheduler, int threads, const LoopCounts& counts,
                   int samples) {
  Json loops = Json::object();
  for (const LoopCost& cost : loop_costs(scheduler, threads, samples))
    loops[std::string(cost.loop)] = {{"per_iteration", counts.*cost.counted},
                                     {"p50_ns", cost.empty.p50_ns},
                                     {"p99_ns", cost.empty.p99_ns}};
  return loops;
}

void add_options_json(const engine::SchedulerRow& variant, const DriverOptions& options,
                      Json& result) {
  Json used = Json::object(), ignored = Json::array();
  const auto add = [&](const char* name, const char* flag, const auto& value, const auto& usual) {
    if (uses_option(variant, name))
      used[flag] = value;
    else if (value != usual)
      ignored.push_back(flag);
  };
  add("affinity", "affinity", options.affinity, std::string(kUsualAffinity));
  add("spin", "spin_us", options.spin_us, kUsualSpinUs);
  add("grain", "grain", options.grain, 0);
  result["options"] = used;
  result["ignored_options"] = ignored;
}

Json injected_json(const DriverOptions& options, InjectedCost& injected) {
  const Injection injection = parse_injection("--inject", options.inject);
  constexpr int kSamples = 201;
  constexpr int64_t kLongNs = 1'000'000;
  const bool slow = injection.cause == InjectedCause::region && injection.amount > kLongNs;
  const InjectedUnit unit = injected.measure_unit(slow ? 5 : kSamples);
  return {
      {"cause", name_of(injection.cause)}, {"amount", injection.amount},
      {"regions", injected.total()},       {"most_by_one_thread", injected.most_by_one_thread()},
      {"paid_ns", injected.paid_ns()},     {"most_paid_ns", injected.most_paid_ns()},
      {"unit_p25_ns", unit.p25_ns},        {"unit_p50_ns", unit.p50_ns},
      {"unit_p75_ns", unit.p75_ns}};
}

Json model_json(const engine::Model& model, const std::string& file) {
  return {{"name", model.name()},
          {"file", std::filesystem::path(file).filename().string()},
          {"size_bytes", model.file_size_bytes()},
          {"synthetic", model.synthetic()},
          {"hash", base::sampled_file_hash(file)}};
}

Json thread_terms_json(const engine::SchedulerRow& variant, const engine::Model& model,
                       int threads) {
  Json terms = Json::array();
  if (const int each = variant.threads_per_matmul(threads))
    terms.push_back({{"name", "threads"},
                     {"threads", each},
                     {"for_each", "matmuls"},
                     {"times", model.matmuls_per_text()},
                     {"per_item", true}});
  if (const int batch = variant.threads_per_batch(threads))
    terms.push_back({{"name", "threads a batch"}, {"threads", batch}});
  if (const int start = variant.threads_at_start(threads))
    terms.push_back({{"name", "persistent threads"}, {"threads", start}, {"once", true}});
  return terms;
}

}  // namespace winnow::scenarios
