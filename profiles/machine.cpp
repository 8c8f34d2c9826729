#include "profiles/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "base/file.h"

namespace winnow::profiles {
namespace {

constexpr size_t kLimitBytes = size_t{4} << 20;
constexpr int kLimitCpus = 1 << 16;

std::string trimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t\n\""), text.size());
  const size_t end = text.find_last_not_of(" \t\n\"");
  return begin == text.size() ? "" : std::string(text.substr(begin, end - begin + 1));
}

std::optional<int64_t> to_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// The numbers of a kernel list such as "0-3,8"; empty when it is none.
std::vector<int> parse_list(const std::string& text) {
  std::vector<int> numbers;
  std::istringstream ranges(text);
  for (std::string range; std::getline(ranges, range, ',');) {
    const size_t dash = range.find('-');
    const auto first = to_integer(range.substr(0, dash));
    const auto last = dash == std::string::npos ? first : to_integer(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last >= kLimitCpus) return {};
    for (int64_t n = *first; n <= *last; ++n) numbers.push_back(static_cast<int>(n));
  }
  return numbers;
}

// A fact's value, or why there is none.
struct Answer {
  std::string value;
  std::string note;
};
Answer unknown(std::string note) { return {"", std::move(note)}; }

// The machine's files below a root folder.
class Machine {
 public:
  explicit Machine(std::string root) : root_(std::move(root)) {}

  // One trimmed text; when it cannot be read, the value is empty.
  Answer read(const std::string& path) const {
    try {
      std::string text = trimmed(base::read_file(root_ + path, kLimitBytes));
      if (text.empty()) return unknown(path + " is empty");
      return {std::move(text), ""};
    } catch (const base::Error& error) {
      return unknown(std::string(error.what()).substr(base::printable(root_).size()));
    }
  }

  // What follows `key` and `separator` on the first such line.
  Answer read_field(const std::string& path, std::string_view key, char separator) const {
    const Answer all = read(path);
    std::istringstream lines(all.value);
    for (std::string line; std::getline(lines, line);) {
      const size_t at = line.find(separator);
      if (at != std::string::npos && trimmed(line.substr(0, at)) == key)
        return {trimmed(line.substr(at + 1)), ""};
    }
    return all.value.empty() ? all : unknown(path + " has no " + std::string(key));
  }

 private:
  std::string root_;
};

constexpr const char* kCpus = "/sys/devices/system/cpu";

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

// This process's group in a controller's hierarchy; "" is version 2's only one.
std::optional<std::string> cgroup_path(const Machine& machine, std::string_view controller) {
  std::istringstream lines(machine.read("/proc/self/cgroup").value);
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    std::istringstream names(line.substr(first + 1, second - first - 1));
    bool found = controller.empty() && second == first + 1;
    for (std::string name; std::getline(names, name, ',');) found = found || name == controller;
    if (found) return line.substr(second + 1);
  }
  return {};
}

struct Quota {
  double cores;
  std::string file;
};

// The quota in one group's folder: none set is +infinity, not readable is nothing.
std::optional<Quota> read_quota(const Machine& machine, const std::string& folder, bool version_2) {
  constexpr double kUnlimited = std::numeric_limits<double>::infinity();
  std::string quota, period;
  const std::string file = folder + (version_2 ? "/cpu.max" : "/cpu.cfs_quota_us");
  if (version_2) {
    std::istringstream words(machine.read(file).value);
    words >> quota >> period;
  } else {
    quota = machine.read(file).value;
    period = machine.read(folder + "/cpu.cfs_period_us").value;
  }
  const auto period_us = to_integer(period);
  if (!period_us || *period_us <= 0) return {};
  if (quota == (version_2 ? "max" : "-1")) return Quota{kUnlimited, file};
  const auto quota_us = to_integer(quota);
  if (!quota_us || *quota_us <= 0) return {};
  return Quota{static_cast<double>(*quota_us) / static_cast<double>(*period_us), file};
}

// The tightest quota of this process's group and the groups around it. In a container the group's
// path is often not mounted; then the mount's own files hold.
std::optional<Quota> tightest_quota(const Machine& machine, const std::string& mount,
                                    std::string path, bool version_2) {
  std::optional<Quota> tightest;
  while (true) {
    if (path == "/") path.clear();
    const auto quota = read_quota(machine, mount + path, version_2);
    if (quota && (!tightest || quota->cores < tightest->cores)) tightest = quota;
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return tightest;
    path.resize(slash);
  }
}

Answer cpu_quota(const Machine& machine) {
  std::optional<Quota> quota;
  std::string version;
  if (const auto path = cgroup_path(machine, "cpu")) {
    quota = tightest_quota(machine, "/sys/fs/cgroup/cpu", *path, false);
    if (!quota) quota = tightest_quota(machine, "/sys/fs/cgroup/cpu,cpuacct", *path, false);
    version = "cgroup version 1";
  }
  if (!quota)
    if (const auto path = cgroup_path(machine, "")) {
      quota = tightest_quota(machine, "/sys/fs/cgroup", *path, true);
      version = "cgroup version 2";
    }
  if (!quota) return unknown("neither cpu.max (cgroup version 2) nor cpu.cfs_quota_us (1) here");
  if (quota->cores == std::numeric_limits<double>::infinity()) return {"none", version};
  return {fmt::format("{:.4g}", quota->cores),
          "cores' worth of time, " + version + ", " + quota->file};
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

struct FactRow {
  const char* name;
  Answer (*read)(const Machine&);
};
constexpr FactRow kFacts[] = {
    {"cpu_model", cpu_model},
    {"cores", cores},
    {"threads_per_core", threads_per_core},
    {"smt", smt},
    {"numa_nodes", numa_nodes},
    {"memory_bytes", memory_bytes},
    {"kernel", kernel},
    {"os", os},
    {"hypervisor", hypervisor},
    {"governor", governor},
    {"turbo", turbo},
    {"transparent_huge_pages", transparent_huge_pages},
    {"aslr", aslr},
    {"clock_source", clock_source},
    {"cpu_quota", cpu_quota},
    {"load_average", load_average},
    {"cpu_pressure_percent", cpu_pressure},
};

}  // namespace

std::vector<MachineFact> machine_facts(const std::string& root) {
  const Machine machine(root);
  std::vector<MachineFact> facts;
  for (const FactRow& row : kFacts) {
    Answer answer = row.read(machine);
    facts.push_back({row.name, std::move(answer.value), std::move(answer.note)});
  }
  return facts;
}

std::vector<MachineFact> machine_facts() { return machine_facts(""); }

}  // namespace winnow::profiles
