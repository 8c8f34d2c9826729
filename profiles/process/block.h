#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/function_ref.h"
#include "profiles/process/child_result.h"
#include "profiles/process/plan.h"
#include "profiles/process/program_watch.h"

namespace winnow::profiles {

// One process: what it runs, under which pass, and what it must tell to count.
struct BlockPlan {
  Pass pass = Pass::time;
  const Arm* arm = nullptr;
  std::string twin;  // the block's name, where the arm runs as the A/A arm
  int index = 0;     // within pass and arm
  int iterations = 0;
  int threads = 0, items_per_iteration = 0;  // 0: any
  double time_limit_s = 0;                   // 0: none
  const std::atomic<bool>* stop = nullptr;   // becomes true: the process is ended
  std::string folder;                        // raw/<pass>/<variant>-<index>/ is made below
  std::string agent_library;                 // of every pass but time
  int padding_bytes = 0;                     // of the environment
  std::string control_group_file;            // cgroup.procs; empty: none
  bool hash_output = false;                  // of a program, in passes besides tree
  // Of the arm's program: a block in which it is another than before fails. May be null.
  ProgramWatch* watch = nullptr;
  std::string machine_root;  // /proc and /sys are read below; empty: the machine's own
};

// Of a pass that fails whatever the program does: it is not measured under that pass any more.
class PassUnavailable : public base::Error {
 public:
  PassUnavailable(Pass pass, const std::string& why)
      : Error(word(pass) + " pass", why), reason(why) {}
  std::string reason;
};

// The last lines of what a failed program said that a block keeps.
inline constexpr int kTailLines = 10;

// Makes the block's folder and lets `measure` fill in the result; `relative` is the folder's name
// in the recording. Where that throws, the block's failure tells.
using MeasureInFolder = base::FunctionRef<void(const std::filesystem::path& out,
                                               const std::string& relative, ChildResult& result)>;
ChildResult measure_in_folder(const BlockPlan& plan, MeasureInFolder measure);

// The files there, as Block::raw_files names them.
std::vector<std::string> raw_files_in(const std::filesystem::path& out,
                                      const std::string& relative);

// Runs the process and reads what it wrote. Where that fails, for the child's or the machine's
// reasons, the block's failure tells. block.order is left for the caller.
ChildResult measure_block(const BlockPlan& plan);

}  // namespace winnow::profiles
