#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "profiles/process/block.h"

namespace winnow::profiles {

// The server of one block (Program::server), from its start until it is ready, and on until this
// object ends: then it gets SIGTERM, SIGKILL ten seconds later, and all that descends from it, too.
// It is the child of a keeper of its own (profiles/process/keeper.h), which dies with the calling
// thread.
class RunningServer {
 public:
  // Starts it and waits until it is ready. What it writes goes to server.txt in `out`. Throws
  // base::Error where it is not ready in time, ends before, or *plan.stop becomes true; nothing of
  // it is left then.
  RunningServer(const BlockPlan& plan, const std::filesystem::path& out);
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  // The words with the block's port and socket in the place of {port} and {socket}.
  std::vector<std::string> filled(std::vector<std::string> words) const;

  // Around each run of the load; in the cpu pass the server is sampled meanwhile, into
  // server-0.data in `out`. The CPU seconds of the server and all that descends from it in between:
  // by the event task-clock, or where the kernel forbids that by /proc, in ticks.
  void begin_load();
  double end_load();
  double ready_s() const { return ready_s_; }     // from its start until it was ready
  std::optional<int64_t> peak_rss_bytes() const;  // of its first process until now
  int descriptor() const;                         // readable: it has ended
  bool ended();                                   // does not wait
  std::string last_line() const;                  // that it wrote; may be empty
  std::string end();                              // ends it; how it ended
  void bound_messages() const;                    // those that it has written (launch.h)
  // Completes the file of samples; how many there are, 0 in any other pass. Throws base::Error
  // where it is not whole. Before end().
  int64_t finish_samples();

 private:
  struct Parts;
  double cpu_s() const;
  void start(const BlockPlan& plan);
  void wait_until_ready(const BlockPlan& plan);
  bool is_ready(double left_s, const std::atomic<bool>* stop);

  std::unique_ptr<Parts> parts_;
  double ready_s_ = 0;
};

}  // namespace winnow::profiles
