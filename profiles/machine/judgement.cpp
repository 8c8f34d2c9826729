#include "profiles/machine/judgement.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "profiles/recording/disturbance.h"

namespace winnow::profiles::judgements {
namespace {

const Judgement kOk = "";

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() || !(value >= 0)) return {};
  return value;
}

Judgement at_most(const std::string& text, double limit, const char* advice) {
  const auto value = number(text);
  if (!value) return {};
  return *value <= limit ? kOk : advice;
}

Judgement one_of(const std::string& value, std::initializer_list<std::string_view> good,
                 std::initializer_list<std::string_view> bad, const char* advice) {
  if (std::find(good.begin(), good.end(), value) != good.end()) return kOk;
  if (std::find(bad.begin(), bad.end(), value) != bad.end()) return advice;
  return {};
}

}  // namespace

Judgement cores(const std::string& value) {
  const auto count = number(value);
  if (!count) return {};
  return *count >= 2 ? kOk : "strategies cannot differ on one core: give this process more";
}

Judgement smt(const std::string& value) {
  return one_of(value, {"off"}, {"on"},
                "two hardware threads share a core's units: use no more threads than cores, or "
                "switch it off: echo off > /sys/devices/system/cpu/smt/control");
}

Judgement numa_nodes(const std::string& value) {
  return at_most(value, 1,
                 "memory of another node is slower: keep to one: numactl --cpunodebind=0 "
                 "--membind=0 winnow run ...");
}

Judgement hypervisor(const std::string& value) {
  return one_of(value, {"no"}, {"yes"},
                "other guests can slow this run unseen: rely on the paired comparison and the A/A "
                "arm, or measure on a machine of your own");
}

Judgement governor(const std::string& value) {
  return one_of(value, {"performance"},
                {"powersave", "ondemand", "conservative", "schedutil", "userspace", "mixed"},
                "the clock follows the load: cpupower frequency-set -g performance");
}

Judgement turbo(const std::string& value) {
  return one_of(value, {"off"}, {"on"},
                "the clock depends on heat and on how many cores work: echo 1 > "
                "/sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 > "
                "/sys/devices/system/cpu/cpufreq/boost");
}

Judgement transparent_huge_pages(const std::string& value) {
  return one_of(value, {"always", "madvise"}, {"never"},
                "weights lie in small pages: echo madvise > "
                "/sys/kernel/mm/transparent_hugepage/enabled");
}

Judgement aslr(const std::string& value) {
  return one_of(value, {"on"}, {"off"},
                "every process has the same layout, so that its luck looks like an effect: sysctl "
                "kernel.randomize_va_space=2");
}

Judgement clock_source(const std::string& value) {
  return one_of(value, {"tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"},
                {"hpet", "acpi_pm", "jiffies", "refined-jiffies", "xen", "pit"},
                "reading the time is slow or coarse: boot with clocksource=tsc where the processor "
                "has a steady one");
}

Judgement cpu_quota(const std::string& value) {
  if (value == "none") return kOk;
  if (!number(value)) return {};
  return "threads beyond the quota are stopped for milliseconds: measure without it, or with no "
         "more threads than it has cores";
}

Judgement throttled_seconds(const std::string& value) {
  return at_most(value, 0, "a quota has stopped this control group before: measure without it");
}

Judgement steal_percent(const std::string& value) {
  return at_most(value, kIdleStealPercent,
                 "the hypervisor gave this machine's time to others: measure at another hour or on "
                 "a host of your own");
}

Judgement load_average(const std::string& value) {
  return at_most(value.substr(0, value.find(' ')), kIdleLoad,
                 "other programs run or have just run: wait until they are done");
}

Judgement cpu_pressure(const std::string& value) {
  return at_most(value, kIdlePressurePercent,
                 "programs wait for a core: end the others, or wait until they are done");
}

Judgement environment(const std::string& value) {
  return value == "none"
             ? kOk
             : "programs read them, and some change how fast a program is; Winnow's own "
               "engines do not get those that tune a library: unset those that you do "
               "not want to measure with";
}

Judgement perf_events(const std::string& value) {
  if (value == "yes") return kOk;
  if (value == "not permitted")
    return "cycles and cache misses cannot be counted: sysctl kernel.perf_event_paranoid=1";
  if (value == "no hardware counters" || value == "no")
    return "cycles and cache misses cannot be counted: no pass of Winnow needs them, but other "
           "tools do; use a machine that has them";
  return {};
}

}  // namespace winnow::profiles::judgements
