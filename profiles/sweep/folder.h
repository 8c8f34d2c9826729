#pragma once

#include <optional>
#include <string>

#include "profiles/process/folder_lock.h"
#include "profiles/sweep/plan.h"

namespace winnow::profiles {

// The folder of a sweep, kept for one run: with the files that the programs read, and a scratch
// folder for the process that runs.
class SweepFolder {
 public:
  // Throws base::UsageError when another run is writing there, or when it holds other things than
  // a sweep.
  explicit SweepFolder(const std::string& folder);
  ~SweepFolder();
  SweepFolder(const SweepFolder&) = delete;
  SweepFolder& operator=(const SweepFolder&) = delete;

  const std::string& path() const { return folder_; }
  std::string scratch() const { return folder_ + "/.block"; }
  void clear_scratch() const;

  // The sweep in out_dir that the plan continues, if there is one. Throws base::UsageError for a
  // sweep that the plan cannot continue.
  static std::optional<Sweep> earlier(const SweepPlan& plan);
  void write_files(const SweepPlan& plan) const;

 private:
  std::string folder_;
  std::optional<FolderLock> lock_;
};

}  // namespace winnow::profiles
