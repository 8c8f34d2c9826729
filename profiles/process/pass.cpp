#include "profiles/process/pass.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "profiles/process/child.h"

namespace winnow::profiles {
namespace {

constexpr int kWallSamplesPerSecond = 100;  // of each thread
constexpr const char* kTimerSignal = "40";  // a real-time signal: programs use SIGALRM themselves

// Ticks a second of the running kernel; 250 where its configuration cannot be read.
int kernel_hz() {
  utsname system{};
  if (uname(&system) != 0) return 250;
  try {
    const std::string config = base::read_file(std::string("/boot/config-") + system.release);
    const size_t found = config.find("\nCONFIG_HZ=");
    const int hz = found == std::string::npos ? 0 : atoi(config.c_str() + found + 11);
    return hz > 0 && hz <= 10'000 ? hz : 250;
  } catch (const base::Error&) {
    return 250;
  }
}

std::string profiler_of(Pass pass) {
  if (pass == Pass::cpu || pass == Pass::wall) return "libprofiler.so.0";
  if (pass == Pass::heap) return "libtcmalloc.so.4";
  return "";
}

// libgcc's unwinder is loaded first: loading it inside a signal handler could deadlock. The agent
// stands before libprofiler, to be finalised first, and behind libtcmalloc, whose malloc is to win.
std::string preload_list(Pass pass, const std::string& agent_library) {
  const std::string profiler = profiler_of(pass);
  if (profiler.empty()) return agent_library + ":" + malloc_library(agent_library);
  if (pass == Pass::heap) return fmt::format("libgcc_s.so.1:{}:{}", profiler, agent_library);
  return fmt::format("libgcc_s.so.1:{}:{}", agent_library, profiler);
}

}  // namespace

bool interferes(Pass pass) {
  return pass == Pass::heap || pass == Pass::exact || pass == Pass::sync || pass == Pass::futex ||
         pass == Pass::count;
}

std::string malloc_library(const std::string& agent_library) {
  return std::filesystem::path(agent_library).replace_filename("libwinnow-agent-malloc.so");
}

int cpu_samples_per_second(int threads) {
  return std::max(1, static_cast<int>(kernel_hz() / (std::max(1, threads) * 1.25)));
}

std::vector<std::pair<std::string, std::string>> pass_environment(Pass pass,
                                                                  const std::string& agent_library,
                                                                  int threads) {
  std::vector<std::pair<std::string, std::string>> environment;
  auto set = [&](const char* name, std::string value) {
    environment.emplace_back(name, std::move(value));
  };
  set("WINNOW_PASS", word(pass == Pass::exact ? Pass::sync : pass));
  if (pass == Pass::exact) set("WINNOW_AGENT_EVENTS", "0");
  if (pass == Pass::time) return environment;
  set("LD_PRELOAD", preload_list(pass, agent_library));
  if (!profiler_of(pass).empty()) set("TCMALLOC_STACKTRACE_METHOD", "libgcc");
  if (pass == Pass::cpu)
    set("CPUPROFILE_FREQUENCY", std::to_string(cpu_samples_per_second(threads)));
  if (pass == Pass::wall) {
    set("CPUPROFILE_FREQUENCY", std::to_string(kWallSamplesPerSecond));
    set("CPUPROFILE_REALTIME", "1");
    set("CPUPROFILE_PER_THREAD_TIMERS", "1");
    set("CPUPROFILE_TIMER_SIGNAL", kTimerSignal);
  }
  if (pass == Pass::heap) {
    set("HEAP_PROFILE_ALLOCATION_INTERVAL", "0");
    set("HEAP_PROFILE_INUSE_INTERVAL", "0");
  }
  return environment;
}

std::vector<std::string> foreign_environment() {
  return {"LD_PRELOAD",
          "WINNOW_PASS",
          "WINNOW_OUT",
          "WINNOW_RESULT",
          "WINNOW_REGION",
          "CPUPROFILE",
          "CPUPROFILE_FREQUENCY",
          "CPUPROFILE_REALTIME",
          "CPUPROFILE_PER_THREAD_TIMERS",
          "CPUPROFILE_TIMER_SIGNAL",
          "CPUPROFILESIGNAL",
          "HEAPPROFILE",
          "HEAPPROFILESIGNAL",
          "HEAPCHECK",
          "HEAP_PROFILE_ALLOCATION_INTERVAL",
          "HEAP_PROFILE_INUSE_INTERVAL",
          "HEAP_PROFILE_DEALLOCATION_INTERVAL",
          "HEAP_PROFILE_TIME_INTERVAL",
          "HEAP_PROFILE_MMAP",
          "HEAP_PROFILE_MMAP_LOG",
          "HEAP_PROFILE_ONLY_MMAP",
          "TCMALLOC_STACKTRACE_METHOD",
          "TCMALLOC_STACKTRACE_METHOD_VERBOSE"};
}

std::string why_unavailable(Pass pass, const std::string& agent_library,
                            const std::string& scratch_file) {
  if (pass == Pass::time) return "";
  Command command;
  command.arguments = {"true"};
  command.removed_environment = foreign_environment();
  command.environment = {{"LD_PRELOAD", preload_list(pass, agent_library)}};
  command.output_file = scratch_file;
  command.time_limit_s = 20;
  const Outcome outcome = run_child(command, nullptr);
  const std::string said = base::read_file(scratch_file, size_t{1} << 20);
  if (said.find("cannot be preloaded") == std::string::npos) {
    return outcome.ok() ? "" : fmt::format("preloading fails: {}", describe(outcome, 20));
  }
  const std::string profiler = profiler_of(pass);
  if (!profiler.empty() && said.find(profiler) != std::string::npos) {
    return fmt::format("{} is not installed: apt-get install libgoogle-perftools4", profiler);
  }
  return fmt::format("cannot be preloaded: {}", last_lines(scratch_file, 1));
}

}  // namespace winnow::profiles
