#include "profiles/machine/cpu_quota.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "base/error.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kPeriod_us = 100'000;  // the kernel's default

struct Hierarchy {
  std::string mount_point;
  bool version2 = false;
};

bool lists(const std::string& comma_separated, const std::string& word) {
  std::istringstream stream(comma_separated);
  for (std::string part; std::getline(stream, part, ',');)
    if (part == word) return true;
  return false;
}

// Where the cpu controller is mounted. Lines of /proc/self/mounts: device, mount point, type,
// options. A version 1 controller is not part of version 2's hierarchy, so version 1 wins.
std::optional<Hierarchy> cpu_hierarchy(const std::string& root) {
  std::ifstream mounts(root + "/proc/self/mounts");
  std::optional<Hierarchy> unified;
  std::string device, place, type, options, rest;
  while (mounts >> device >> place >> type >> options && std::getline(mounts, rest)) {
    if (type == "cgroup" && lists(options, "cpu")) return Hierarchy{root + place, false};
    if (type == "cgroup2" && !unified) unified = Hierarchy{root + place, true};
  }
  return unified;
}

// Lines of /proc/self/cgroup: "4:cpu,cpuacct:/path", or "0::/path" of version 2.
std::string own_group(const Hierarchy& hierarchy, const std::string& root) {
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (hierarchy.version2 ? !controllers.empty() : !lists(controllers, "cpu")) continue;
    const std::string group = hierarchy.mount_point + line.substr(second + 1);
    if (fs::is_directory(group)) return group;  // else it lies outside of what a container sees
  }
  return hierarchy.mount_point;
}

// The files of the kernel take a value in one write, and are never created.
void write_setting(const std::string& file, const std::string& value) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = descriptor >= 0 && write(descriptor, value.data(), value.size()) ==
                                              static_cast<ssize_t>(value.size());
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  if (!written) throw base::Error(file, strerror(error));
}

void set_quota(const std::string& folder, bool version2, double cores) {
  const auto quota_us = static_cast<int64_t>(std::llround(cores * double{kPeriod_us}));
  if (version2) {
    write_setting(folder + "/cpu.max", fmt::format("{} {}", quota_us, kPeriod_us));
  } else {
    write_setting(folder + "/cpu.cfs_period_us", std::to_string(kPeriod_us));
    write_setting(folder + "/cpu.cfs_quota_us", std::to_string(quota_us));
  }
}

}  // namespace

CpuQuota::CpuQuota(double cores, const std::string& root) {
  const auto hierarchy = cpu_hierarchy(root);
  if (!hierarchy) throw base::Error("control group", "none with the cpu controller is mounted");
  const std::string parent = own_group(*hierarchy, root);
  folder_ = fmt::format("{}/winnow-{}", parent, getpid());
  if (mkdir(folder_.c_str(), 0755) != 0 && errno != EEXIST)
    throw base::Error(folder_, strerror(errno));
  try {
    if (hierarchy->version2 && !fs::exists(folder_ + "/cpu.max"))
      write_setting(parent + "/cgroup.subtree_control", "+cpu");
    set_quota(folder_, hierarchy->version2, cores);
  } catch (...) {
    remove();
    throw;
  }
}

CpuQuota::~CpuQuota() { remove(); }

// The kernel counts a process as a member for a moment after it has been reaped.
void CpuQuota::remove() const {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (rmdir(folder_.c_str()) == 0 || errno != EBUSY) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace winnow::profiles
