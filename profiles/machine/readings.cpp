#include "profiles/machine/readings.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>

#include "base/cpu_quota.h"
#include "base/error.h"
#include "profiles/machine/tuning.h"

namespace winnow::profiles::readings {
namespace {

constexpr const char* kCpus = "/sys/devices/system/cpu";

}  // namespace

Answer cpu_model(const Machine& machine) {
  return machine.read_field("/proc/cpuinfo", "model name", ':');
}

// The cores that this process may use: fewer than are online under taskset or cpusets.
Answer cores(const Machine& machine) {
  const Answer online = machine.read(std::string(kCpus) + "/online");
  const Answer allowed = machine.read_field("/proc/self/status", "Cpus_allowed_list", ':');
  const Answer& best = allowed.value.empty() ? online : allowed;
  const auto list = parse_list(best.value);
  if (list.empty()) return unknown(best.note.empty() ? "not a list: " + best.value : best.note);
  std::string note = "online: " + (online.value.empty() ? "unknown" : online.value);
  if (!allowed.value.empty()) note += "; usable by this process: " + allowed.value;
  return {std::to_string(list.size()), note};
}

Answer threads_per_core(const Machine& machine) {
  const Answer siblings = machine.read(std::string(kCpus) + "/cpu0/topology/thread_siblings_list");
  if (siblings.value.empty()) return siblings;
  const auto list = parse_list(siblings.value);
  if (list.empty()) return unknown("not a list: " + siblings.value);
  return {std::to_string(list.size()), list.size() > 1 ? "hardware threads share cores" : ""};
}

Answer smt(const Machine& machine) {
  const Answer active = machine.read(std::string(kCpus) + "/smt/active");
  if (active.value.empty()) return active;
  if (active.value == "0") return {"off", ""};
  if (active.value == "1") return {"on", ""};
  return unknown("not 0 or 1: " + active.value);
}

Answer memory_bytes(const Machine& machine) {
  const Answer total = machine.read_field("/proc/meminfo", "MemTotal", ':');
  if (total.value.empty()) return total;
  const auto kib = to_integer(total.value.substr(0, total.value.find(' ')));
  if (!kib || *kib < 0 || *kib > (int64_t{1} << 50) || !total.value.ends_with(" kB"))
    return unknown("not a size: " + total.value);
  return {std::to_string(*kib * 1024), ""};
}

Answer kernel(const Machine& machine) { return machine.read("/proc/sys/kernel/osrelease"); }

Answer os(const Machine& machine) {
  return machine.read_field("/etc/os-release", "PRETTY_NAME", '=');
}

Answer hypervisor(const Machine& machine) {
  const Answer flags = machine.read_field("/proc/cpuinfo", "flags", ':');
  if (flags.value.empty()) return flags;
  std::istringstream words(flags.value);
  for (std::string word; words >> word;)
    if (word == "hypervisor") return {"yes", "a virtual machine: neighbours may disturb"};
  return {"no", ""};
}

Answer governor(const Machine& machine) {
  const std::string file = "/cpufreq/scaling_governor";
  const Answer first = machine.read(kCpus + std::string("/cpu0") + file);
  if (first.value.empty()) return first;
  const auto online = parse_list(machine.read(std::string(kCpus) + "/online").value);
  for (const int cpu : online) {
    const Answer other = machine.read(kCpus + ("/cpu" + std::to_string(cpu)) + file);
    if (!other.value.empty() && other.value != first.value)
      return {"mixed", first.value + " and " + other.value};
  }
  return first;
}

Answer turbo(const Machine& machine) {
  const Answer no_turbo = machine.read(std::string(kCpus) + "/intel_pstate/no_turbo");
  const Answer boost = machine.read(std::string(kCpus) + "/cpufreq/boost");
  if (no_turbo.value == "0" || boost.value == "1") return {"on", ""};
  if (no_turbo.value == "1" || boost.value == "0") return {"off", ""};
  return unknown(no_turbo.note + "; " + boost.note);
}

// "always [madvise] never"
Answer transparent_huge_pages(const Machine& machine) {
  const Answer choices = machine.read("/sys/kernel/mm/transparent_hugepage/enabled");
  if (choices.value.empty()) return choices;
  const size_t begin = choices.value.find('[');
  const size_t end = choices.value.find(']');
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    return unknown("no choice is marked: " + choices.value);
  return {choices.value.substr(begin + 1, end - begin - 1), ""};
}

Answer aslr(const Machine& machine) {
  const Answer level = machine.read("/proc/sys/kernel/randomize_va_space");
  if (level.value == "0") return {"off", ""};
  if (level.value == "1") return {"on", "without the heap"};
  if (level.value == "2") return {"on", ""};
  return level.value.empty() ? level : unknown("not 0, 1 or 2: " + level.value);
}

Answer load_average(const Machine& machine) {
  const Answer load = machine.read("/proc/loadavg");
  if (load.value.empty()) return load;
  std::istringstream words(load.value);
  std::string one, five, fifteen;
  if (!(words >> one >> five >> fifteen)) return unknown("not a load average: " + load.value);
  return {one + " " + five + " " + fifteen, "over 1, 5 and 15 minutes, when it was read"};
}

// "some avg10=0.00 avg60=... total=..."
Answer cpu_pressure(const Machine& machine) {
  const Answer pressure = machine.read("/proc/pressure/cpu");
  if (pressure.value.empty()) return pressure;
  std::istringstream words(pressure.value.substr(0, pressure.value.find('\n')));
  std::string kind, average;
  constexpr std::string_view kKey = "avg10=";
  if (!(words >> kind >> average) || kind != "some" || !average.starts_with(kKey))
    return unknown("no line \"some avg10=\" in /proc/pressure/cpu");
  return {average.substr(kKey.size()),
          "percent of the last 10 s in which some task waited for a core"};
}

Answer cpu_quota(const Machine& machine) {
  const auto quota = base::cpu_quota(machine.root());
  if (!quota) return unknown("neither cpu.max (cgroup version 2) nor cpu.cfs_quota_us (1) here");
  const std::string version = fmt::format("cgroup version {}", quota->version);
  if (quota->cores == std::numeric_limits<double>::infinity()) return {"none", version};
  return {fmt::format("{:.4g}", quota->cores),
          "cores' worth of time, " + version + ", " + quota->file};
}

// The time for which a quota stopped the group since it exists.
Answer throttled_seconds(const Machine& machine) {
  const auto throttled = machine.throttled();
  if (!throttled.ns) return unknown(throttled.note);
  return {fmt::format("{:.4g}", static_cast<double>(*throttled.ns) * 1e-9),
          "since the control group exists, " + throttled.note};
}

// "cpu user nice system idle iowait irq softirq steal guest guest_nice"
Answer steal_percent(const Machine& machine) {
  const Answer times = machine.read_field("/proc/stat", "cpu", ' ');
  if (times.value.empty()) return times;
  std::istringstream words(times.value);
  double total = 0, steal = 0;
  for (int field = 0; field < 8; ++field) {
    if (!(words >> steal) || steal < 0) return unknown("not CPU times: " + times.value);
    total += steal;
  }
  if (total <= 0) return unknown("/proc/stat counts no time");
  return {fmt::format("{:.2f}", 100 * steal / total), "since the machine started"};
}

Answer clock_source(const Machine& machine) {
  return machine.read("/sys/devices/system/clocksource/clocksource0/current_clocksource");
}

Answer numa_nodes(const Machine& machine) {
  const Answer online = machine.read("/sys/devices/system/node/online");
  if (online.value.empty()) return online;
  const auto list = parse_list(online.value);
  if (list.empty()) return unknown("not a list: " + online.value);
  return {std::to_string(list.size()), ""};
}

Answer environment(const Machine& machine) {
  constexpr size_t kLimitLength = 400;
  const Answer all = machine.read("/proc/self/environ");
  if (all.value.empty()) return all;
  std::string told;
  std::istringstream entries(all.value);
  for (std::string entry; std::getline(entries, entry, '\0');)
    if (is_tuning(entry) || entry.starts_with("LD_") || entry.starts_with("RUST_"))
      told += (told.empty() ? "" : " ") + base::printable(entry);
  if (told.size() > kLimitLength) told = told.substr(0, kLimitLength) + "...";
  return {told.empty() ? "none" : told, "of what libraries and runtimes read"};
}

Answer perf_events(const Machine& machine) {
  if (machine.cycles_error == 0) return {"yes", "hardware counters"};
  if (machine.cycles_error == ENOENT || machine.cycles_error == EOPNOTSUPP ||
      machine.cycles_error == ENODEV)
    return {"no hardware counters", "the processor or the hypervisor offers none"};
  if (machine.cycles_error == EACCES || machine.cycles_error == EPERM)
    return {"not permitted", "perf_event_paranoid or the container forbids them"};
  if (machine.cycles_error == ENOSYS) return {"no", "the kernel has no perf_event_open"};
  return unknown(std::string("perf_event_open: ") + strerror(machine.cycles_error));
}

int probe_cycles() {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_HW_CPU_CYCLES;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  const auto file =
      static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
  if (file < 0) return errno;
  close(file);
  return 0;
}

}  // namespace winnow::profiles::readings
