#include "profiles/machine/watch.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace winnow::profiles {
namespace {

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=8107367505"
std::optional<int64_t> waited_us(const MachineFiles& files) {
  std::istringstream words(files.read_field("/proc/pressure/cpu", "some", ' ').value);
  constexpr std::string_view kKey = "total=";
  for (std::string word; words >> word;)
    if (word.starts_with(kKey)) return to_integer(word.substr(kKey.size()));
  return {};
}

std::optional<double> load_1min(const MachineFiles& files) {
  std::istringstream words(files.read("/proc/loadavg").value);
  double load = 0;
  if (words >> load && load >= 0) return load;
  return {};
}

double percent(double part, double whole) { return 100 * std::clamp(part / whole, 0.0, 1.0); }

}  // namespace

MachineWatch::MachineWatch(const std::string& root)
    : files_(root), load_(load_1min(files_)), begin_(read()) {}

// "cpu0 user nice system idle iowait irq softirq steal guest guest_nice"; guest time is part of
// user time.
std::vector<MachineWatch::Core> MachineWatch::read_cores() const {
  const std::string allowed =
      files_.read_field("/proc/self/status", "Cpus_allowed_list", ':').value;
  const std::vector<int> usable = parse_list(allowed);
  std::vector<Core> cores;
  std::istringstream lines(files_.read("/proc/stat").value);
  for (std::string line; std::getline(lines, line) && line.starts_with("cpu");) {
    std::istringstream words(line);
    Core core;
    words >> core.name;
    const auto number = to_integer(std::string_view(core.name).substr(3));
    if (!number) continue;  // "cpu": the sum
    if (!usable.empty() && std::find(usable.begin(), usable.end(), *number) == usable.end())
      continue;
    int64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
    if (!(words >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> core.steal))
      return {};
    core.busy = user + nice + system + irq + softirq;
    core.idle = idle + iowait;
    cores.push_back(std::move(core));
  }
  return cores;
}

MachineWatch::Counters MachineWatch::read() const {
  return {std::chrono::steady_clock::now(), read_cores(), waited_us(files_), files_.throttled().ns};
}

BlockMachine MachineWatch::state(double own_cpu_s) const {
  const Counters end = read();
  BlockMachine state;
  const double wall_s = std::chrono::duration<double>(end.time - begin_.time).count();
  state.wall_s = wall_s;
  state.load_1min = load_;
  if (begin_.waited_us && end.waited_us && wall_s > 0)
    state.psi_cpu_some_percent =
        percent(static_cast<double>(*end.waited_us - *begin_.waited_us) * 1e-6, wall_s);
  if (begin_.throttled_ns && end.throttled_ns)
    state.throttled_ns = std::max<int64_t>(0, *end.throttled_ns - *begin_.throttled_ns);

  double busy = 0, steal = 0, idle = 0;
  // A core that went offline meanwhile makes the sums meaningless.
  if (begin_.cores.size() != end.cores.size()) return state;
  for (size_t i = 0; i < end.cores.size(); ++i) {
    if (begin_.cores[i].name != end.cores[i].name) return state;
    // Counters of idle cores are known to step back by a tick.
    busy += static_cast<double>(end.cores[i].busy - begin_.cores[i].busy);
    steal += static_cast<double>(end.cores[i].steal - begin_.cores[i].steal);
    idle += static_cast<double>(end.cores[i].idle - begin_.cores[i].idle);
  }
  const double total = busy + steal + idle;
  if (total <= 0) return state;
  const auto own = own_cpu_s * static_cast<double>(sysconf(_SC_CLK_TCK));
  state.other_cpu_percent = percent(busy - own, total);
  state.steal_percent = percent(steal, total);
  return state;
}

}  // namespace winnow::profiles
