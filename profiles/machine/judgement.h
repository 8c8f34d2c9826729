#pragma once

#include <optional>
#include <string>

// What makes a machine fit for measuring, and what to do where it is not: a judgement of each
// fact's value.
namespace winnow::profiles::judgements {

// The limits of what varies are for a machine that should be idle but for the measurement.
inline constexpr double kIdleLoad = 0.5;           // 1-minute load average
inline constexpr double kIdlePressurePercent = 5;  // PSI cpu, of the last 10 s

// "effect: what to do about it"; empty: it is ok. No judgement: the value is none that is known
// here.
using Judgement = std::optional<std::string>;

Judgement cores(const std::string& value);
Judgement smt(const std::string& value);
Judgement numa_nodes(const std::string& value);
Judgement hypervisor(const std::string& value);
Judgement governor(const std::string& value);
Judgement turbo(const std::string& value);
Judgement transparent_huge_pages(const std::string& value);
Judgement aslr(const std::string& value);
Judgement clock_source(const std::string& value);
Judgement cpu_quota(const std::string& value);
Judgement throttled_seconds(const std::string& value);
Judgement steal_percent(const std::string& value);
Judgement load_average(const std::string& value);
Judgement cpu_pressure(const std::string& value);
Judgement environment(const std::string& value);
Judgement perf_events(const std::string& value);

}  // namespace winnow::profiles::judgements
