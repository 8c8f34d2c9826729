#pragma once

#include <string>

namespace winnow::profiles {

// A control group that grants its processes `cores` cores' worth of time: of version 2 (cpu.max) or
// version 1 (cpu.cfs_quota_us). Gone with the object; its processes must have ended by then.
class CpuQuota {
 public:
  // Throws base::Error that says why the harness may not have one. /proc and /sys are read below
  // `root`.
  explicit CpuQuota(double cores, const std::string& root = "");
  ~CpuQuota();
  CpuQuota(const CpuQuota&) = delete;
  CpuQuota& operator=(const CpuQuota&) = delete;

  // A process that writes "0" here joins the group.
  std::string processes_file() const { return folder_ + "/cgroup.procs"; }

 private:
  void remove() const;

  std::string folder_;
};

}  // namespace winnow::profiles
