#include "base/cpu_quota.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "base/file.h"

namespace winnow::base {
namespace {

constexpr size_t kLimitBytes = size_t{1} << 20;

// Empty: it cannot be read.
std::string text_of(const std::string& path) try {
  return read_file(path, kLimitBytes);
} catch (const Error&) {
  return "";
}

std::optional<int64_t> positive(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return {};
  return value;
}

// Of one group's folder. Version 2: "max 100000" or "150000 100000" in one file; version 1: two.
std::optional<CpuQuota> quota_of(const std::string& root, const std::string& folder, int version) {
  const std::string file = folder + (version == 2 ? "/cpu.max" : "/cpu.cfs_quota_us");
  std::istringstream words(text_of(root + file));
  std::string quota, period;
  words >> quota;
  if (version == 2)
    words >> period;
  else
    std::istringstream(text_of(root + folder + "/cpu.cfs_period_us")) >> period;
  const auto period_us = positive(period);
  if (!period_us) return {};
  if (quota == (version == 2 ? "max" : "-1"))
    return CpuQuota{std::numeric_limits<double>::infinity(), version, file};
  const auto quota_us = positive(quota);
  if (!quota_us) return {};
  return CpuQuota{static_cast<double>(*quota_us) / static_cast<double>(*period_us), version, file};
}

// In a container the group's path is often not mounted; then the mount's own files hold.
std::optional<CpuQuota> tightest_quota(const std::string& root, const std::string& mount,
                                       std::string group, int version) {
  std::optional<CpuQuota> tightest;
  while (true) {
    if (group == "/") group.clear();
    const auto quota = quota_of(root, mount + group, version);
    if (quota && (!tightest || quota->cores < tightest->cores)) tightest = quota;
    const size_t slash = group.rfind('/');
    if (slash == std::string::npos) return tightest;
    group.resize(slash);
  }
}

}  // namespace

// Lines of /proc/self/cgroup: "4:cpu,cpuacct:/path", or "0::/path" of version 2.
std::optional<std::string> control_group(std::string_view controller, const std::string& root) {
  std::istringstream lines(text_of(root + "/proc/self/cgroup"));
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

std::optional<CpuQuota> cpu_quota(const std::string& root) {
  if (const auto group = control_group("cpu", root))
    for (const char* mount : {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"})
      if (auto quota = tightest_quota(root, mount, *group, 1)) return quota;
  if (const auto group = control_group("", root))
    return tightest_quota(root, "/sys/fs/cgroup", *group, 2);
  return {};
}

}  // namespace winnow::base
