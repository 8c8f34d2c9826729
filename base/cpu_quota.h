#pragma once

#include <optional>
#include <string>
#include <string_view>

// What the control groups of this process grant it, of cgroup version 1 or 2. /proc and /sys are
// read below `root`; empty: the machine's own.
namespace winnow::base {

// The process's group in a controller's hierarchy of version 1, "/user/job"; "" is version 2's only
// hierarchy. Empty: none.
std::optional<std::string> control_group(std::string_view controller, const std::string& root = "");

struct CpuQuota {
  double cores = 0;  // cores' worth of time; infinity: no quota is set
  int version = 2;   // of cgroup
  std::string file;  // that says so, without `root`
};

// The tightest quota of the process's group and the groups around it. Empty: no file tells.
std::optional<CpuQuota> cpu_quota(const std::string& root = "");

}  // namespace winnow::base
