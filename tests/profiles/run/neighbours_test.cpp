#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "profiles/machine/competitors.h"
#include "profiles/machine/cpu_quota.h"
#include "profiles/process/child.h"
#include "profiles/sweep/schedule.h"
#include "tests/catch.h"
#include "tests/profiles/processes.h"
#include "tests/scratch.h"

using namespace winnow::profiles;
using winnow::base::Error;
using winnow::base::read_file;
using winnow::base::write_file;

namespace fs = std::filesystem;

namespace {

bool runs(pid_t process) { return kill(process, 0) == 0; }

int allowed_cores(pid_t process) {
  cpu_set_t set;
  CPU_ZERO(&set);
  REQUIRE(sched_getaffinity(process, sizeof set, &set) == 0);
  return CPU_COUNT(&set);
}

SweepCell cell_of(const std::string& variant, const std::vector<int64_t>& walls) {
  SweepCell cell;
  cell.variant = variant;
  for (const int64_t wall_ns : walls) {
    SweepBlock block;
    block.failure = wall_ns > 0 ? "" : "exit status 3";
    if (wall_ns > 0) block.iteration_wall_ns = {wall_ns};
    cell.blocks.push_back(block);
  }
  return cell;
}

Uncertainty uncertainty_of(std::vector<SweepCell> cells) {
  Sweep sweep;
  sweep.cells = std::move(cells);
  CellGroup group;
  for (size_t i = 0; i < sweep.cells.size(); ++i) group.cells.push_back(i);
  return uncertainty(sweep, group);
}

}  // namespace

TEST_CASE("competitors run as long as the object lives, pinned ones on one core each") {
  std::vector<pid_t> processes;
  const int cores = allowed_cores(0);
  for (const bool pinned : {false, true}) {
    const Competitors busy(3, pinned);
    processes = busy.processes();
    REQUIRE(processes.size() == 3);
    for (const pid_t process : processes) {
      CHECK(runs(process));
      CHECK(allowed_cores(process) == (pinned ? 1 : cores));
    }
  }
  for (const pid_t process : processes) CHECK_FALSE(runs(process));
  CHECK(Competitors(0, true).processes().empty());
}

TEST_CASE("competitors end when an exception passes, and when the harness is killed") {
  std::vector<pid_t> processes;
  try {
    const Competitors busy(2, true);
    processes = busy.processes();
    throw Error("disk", "on fire");
  } catch (const Error&) {
    for (const pid_t process : processes) CHECK_FALSE(runs(process));
  }

  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t harness = fork();
  if (harness == 0) {
    const Competitors busy(2, false);
    for (const pid_t process : busy.processes())
      if (write(ends[1], &process, sizeof process) != sizeof process) _exit(1);
    pause();
  }
  for (pid_t& process : processes) REQUIRE(read(ends[0], &process, sizeof process) > 0);
  kill(harness, SIGKILL);
  waitpid(harness, nullptr, 0);
  for (const pid_t process : processes) CHECK(left_in_group(process) == 0);
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("a quota is kept by a control group, or the reason why there is none is told") {
  const Scratch scratch;
  std::string file;
  try {
    const CpuQuota quota(0.5);
    file = quota.processes_file();
    Command command;
    command.arguments = {"cat", "/proc/self/cgroup"};
    command.output_file = scratch / "out.txt";
    command.control_group_file = file;
    CHECK(run_child(command, nullptr).ok());
    CHECK(read_file(command.output_file).find("winnow-" + std::to_string(getpid())) !=
          std::string::npos);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("/sys/fs/cgroup") != std::string::npos);
  }
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("a machine whose control groups are not delegated is told as such") {
  const Scratch root;
  fs::create_directories(root / "proc/self");
  fs::create_directories(root / "sys/fs/cgroup/mine");
  write_file(root / "proc/self/mounts", "proc /proc proc rw 0 0\n");
  write_file(root / "proc/self/cgroup", "0::/mine\n");
  CHECK_THROWS_WITH(CpuQuota(1, root.path()),
                    "control group: none with the cpu controller is mounted");
  write_file(root / "proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
  CHECK_THROWS_WITH(CpuQuota(1, root.path()),
                    root / "sys/fs/cgroup/mine/cgroup.subtree_control: No such file or directory");
  CHECK(fs::is_empty(root / "sys/fs/cgroup/mine"));
}

TEST_CASE("a child that cannot join its control group is not run outside of it") {
  const Scratch scratch;
  Command command;
  command.arguments = {"true"};
  command.output_file = scratch / "out.txt";
  command.control_group_file = scratch / "missing";
  CHECK_THROWS_AS(run_child(command, nullptr), Error);
  command.control_group_file = "/dev/full";
  CHECK(run_child(command, nullptr).kind == Outcome::Kind::kNotStarted);
}

TEST_CASE(
    "another round goes where the spread is unknown, the best two overlap, the spread is wide") {
  const Uncertainty unknown = uncertainty_of({cell_of("a", {100}), cell_of("b", {200})});
  const Uncertainty unknown_close = uncertainty_of({cell_of("a", {100}), cell_of("b", {101})});
  const Uncertainty overlap =
      uncertainty_of({cell_of("a", {100, 104, 96}), cell_of("b", {101, 105, 97})});
  const Uncertainty apart_wide =
      uncertainty_of({cell_of("a", {100, 120, 80}), cell_of("b", {900, 990, 810})});
  const Uncertainty apart =
      uncertainty_of({cell_of("a", {100, 101, 99}), cell_of("b", {200, 202, 198})});
  CHECK(unknown_close > unknown);
  CHECK(unknown > overlap);
  CHECK(overlap > apart_wide);
  CHECK(apart_wide > apart);
  CHECK_FALSE(apart.best_two_overlap);
}

TEST_CASE("a cell is given up after two failures in a row, not after two in all") {
  CHECK_FALSE(given_up(cell_of("a", {})));
  CHECK_FALSE(given_up(cell_of("a", {0})));
  CHECK_FALSE(given_up(cell_of("a", {0, 5, 0})));
  CHECK(given_up(cell_of("a", {5, 0, 0})));
}
