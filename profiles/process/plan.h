#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// What the plans of a run and of a sweep are made of.
namespace winnow::profiles {

// By what it is seen that a server is ready.
enum class ServerReady { port, socket, log, file, command };

// A server that stands beside a block's runs, which are its load. In its words, in those of the
// program, prepare and conclude, and in `ready`, {port} stands for a free port and {socket} for a
// path, other ones in each block.
struct Server {
  std::vector<std::string> command;
  ServerReady ready_by = ServerReady::port;
  std::string
      ready;  // the port, the socket's path, a text of its output, a file, a shell's command
  double limit_s = 30;  // until it is ready
};

// A program that need not know of the harness: a run is one process tree, from its exec to the end
// of its leader. Commands are programs with their arguments; empty: none.
struct Program {
  std::string input_file;                          // standard input; empty: nothing
  std::string output_file;                         // standard output; empty: nowhere
  std::string folder;                              // the working folder; empty: the harness's
  std::vector<int> ignored{};                      // exit statuses that are no failure, besides 0
  bool ignores_all = false;                        // of exit statuses; a signal is a failure
  int warmup = 0;                                  // runs before the first block
  std::vector<std::string> setup{}, cleanup{};     // once: before the first run, behind the last
  std::vector<std::string> prepare{}, conclude{};  // before and behind each run
  std::optional<Server> server{};
  std::vector<Metric> metrics{};  // of its output, in the time pass; alike in all arms
};

struct Arm {
  Variant variant;
  // The program and its arguments; an argument "{iterations}" becomes the number of iterations.
  std::vector<std::string> command;
  std::optional<std::string> commit{};  // of the program, where it is not the plan's; may be empty
  std::optional<Program> program{};     // none: it follows docs/child-contract.md
};

struct Progress {
  int done = 0, total = 0;  // child processes; a total that may become smaller, 0: not known
  double elapsed_s = 0;
  std::optional<double> eta_s{};  // by the time taken so far; empty: nothing tells it yet
  std::string text;               // "time pass, block 3 of 20, pool"
};

// The machine's peaks, and what to know of their measuring; mostly nothing.
struct MeasuredRoofline {
  Roofline roofline;
  std::string warning{};
};

// What the plan of a run and that of a sweep have in common.
struct MeasuringPlan {
  std::string out_dir;
  double time_limit_s = 300;  // of a child
  uint64_t seed = 0;          // of the order of the blocks and the environment's padding
  bool seed_chosen = true;    // else it was drawn: what goes on with an earlier run keeps its seed
  bool force = false;         // begin anew, whatever was measured into out_dir
  bool named = false;         // the user named out_dir: a finished recording there is not replaced
  std::string winnow_version;
  std::string commit;                             // of the measured program; may be empty
  std::function<void(const Progress&)> progress;  // may be empty
  // Called before the first block; may be empty. An exception is a warning.
  std::function<MeasuredRoofline()> roofline;
  // Told in a sentence what becomes of an earlier run's measurements. May be empty.
  std::function<void(const std::string& sentence)> tell;
  const std::atomic<bool>* stop = nullptr;  // becomes true: end soon, keep what there is
};

}  // namespace winnow::profiles
