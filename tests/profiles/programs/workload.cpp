// A measured program for the tests of a run: a pool of two threads, or a fresh pair of threads for
// each task, and every way to fail. workload MODE ITERATIONS
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/region.h"

extern char** environ;

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kThreads = 2;
constexpr int kTasks = 20;  // of an iteration

int64_t ns_since(Clock::time_point start) {
  return std::chrono::nanoseconds(Clock::now() - start).count();
}

int64_t ns(const timeval& time) { return time.tv_sec * 1'000'000'000 + time.tv_usec * 1000; }

std::atomic<uint64_t> g_sink{0};

[[gnu::noinline]] void burn_cpu() {
  uint64_t value = 1;
  for (int i = 0; i < 400'000; ++i) value = value * 6364136223846793005u + 1442695040888963407u;
  g_sink += value;
}

std::atomic<void*> g_block{nullptr};

// A task of a thread: computes, and allocates one block.
void run_body() {
  burn_cpu();
  char* block = new char[1000];
  g_block = block;  // seen: the allocation may not be left out
  delete[] block;
}

class Pool {
 public:
  Pool() {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      leaving_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  void run_task() {
    std::unique_lock lock(mutex_);
    ++round_;
    left_ = kThreads;
    changed_.notify_all();
    done_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (int seen = 0;; ++seen) {
      changed_.wait(lock, [&] { return leaving_ || round_ > seen; });
      if (leaving_) return;
      lock.unlock();
      run_body();
      lock.lock();
      if (--left_ == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_, done_;
  int round_ = 0, left_ = 0;
  bool leaving_ = false;
  std::vector<std::thread> threads_;
};

void spawn_task() {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(run_body);
  }
  for (auto& thread : threads) thread.join();
}

// Half of each thread's time asleep on a condition variable, half computing.
void half_asleep() {
  std::mutex mutex;
  std::condition_variable never;
  auto body = [&] {
    for (int i = 0; i < 10; ++i) {
      const auto start = Clock::now();
      while (ns_since(start) < 20'000'000) burn_cpu();
      std::unique_lock lock(mutex);
      never.wait_for(lock, std::chrono::milliseconds(20), [] { return false; });
    }
  };
  std::thread other(body);
  body();
  other.join();
}

void fork_child() {
  const pid_t child = fork();
  if (child == 0) exit(0);  // through the profilers' destructors
  waitpid(child, nullptr, 0);
}

void write_environment(const std::string& folder) {
  std::ofstream file(folder + "/environment.txt");
  for (char** entry = environ; *entry; ++entry) file << *entry << '\n';
  std::ifstream maps("/proc/self/maps");
  std::ofstream(folder + "/maps.txt") << maps.rdbuf();
  std::ofstream(folder + "/pid.txt") << getpid() << '\n';
}

// What it claims to have run: what it was told to, but for the modes that contradict.
std::string claims_of(const std::string& mode) {
  if (mode == "other-variant") return R"("variant": "spawn", )";
  if (mode == "more-threads") return R"("threads": 3, )";
  if (mode == "more-than-asked") return R"("threads": 3, "threads_asked": 2, )";
  if (mode == "asked-wrongly") return R"("threads": 2, "threads_asked": 4, )";
  if (mode == "one-of-two")
    return R"("threads": 1, "threads_asked": 2, "threads_fewest": 1, "cores": 1, )";
  if (mode == "two-on-one") return R"("threads": 2, "cores": 1, )";
  if (mode == "one-thread") return R"("threads": 1, "threads_asked": 2, )";
  if (mode == "fewer-texts") return R"("texts_per_iteration": 4, )";
  return R"("threads": 2, "texts_per_iteration": 5, )";
}

void write_result(const std::string& path, const std::string& mode,
                  const std::vector<int64_t>& iterations, int64_t wall_ns, const rusage& before,
                  const rusage& after) {
  std::ofstream file(path + ".new");
  file << R"({"schema": "winnow-result/1", "isa": "none", )" << claims_of(mode)
       << R"("iteration_wall_ns": [)";
  for (size_t i = 0; i < iterations.size(); ++i) file << (i ? "," : "") << iterations[i];
  file << R"(], "region": {"wall_ns": )" << wall_ns << R"(, "user_ns": )"
       << ns(after.ru_utime) - ns(before.ru_utime) << R"(, "system_ns": )"
       << ns(after.ru_stime) - ns(before.ru_stime) << R"(}, "work": {"tokens": )"
       << 7 * iterations.size() << R"(}, "checksum": "abc",)"
       << R"("thread_formula": {"threads_per_matmul": 2, "matmuls_per_text": 20,)"
       << R"( "persistent_threads": 0}})";
  file.close();
  rename((path + ".new").c_str(), path.c_str());
}

// "says:TEXT" writes that as its result; "second-says:TEXT" does so in its second process only.
void say_as_told(const std::string& mode, const std::string& out, const std::string& result) {
  const bool second = mode.starts_with("second-says:") && out.ends_with("-1");
  if (!mode.starts_with("says:") && !second) return;
  std::ofstream(result) << mode.substr(mode.find(':') + 1);
  exit(0);
}

void fail_as_told(const std::string& mode, const std::string& result) {
  if (mode == "crash") {
    fprintf(stderr, "first line\nabout to crash\n");
    raise(SIGSEGV);
  }
  if (mode == "exit3") exit(3);
  if (mode == "silent") exit(0);
  if (mode == "hang") {
    signal(SIGTERM, SIG_IGN);
    if (fork() == 0) sleep(1000);
    sleep(1000);
  }
  if (mode == "bad-json") {
    std::ofstream(result) << "{\"schema\": ";
    exit(0);
  }
  if (mode == "bad-type") {
    std::ofstream(result) << R"({"schema": "winnow-result/1", "iteration_wall_ns": ["x"],)"
                          << R"("region": {"wall_ns": 5}})";
    exit(0);
  }
}

// A program that asks for no memory at all; "instant" tells that its iteration took no time.
int run_without_memory(const char* result, bool instant) {
  const auto start = Clock::now();
  winnow_region_begin();
  burn_cpu();
  winnow_region_end();
  const long long wall_ns = instant ? 0 : ns_since(start);
  char text[200];
  const int size = snprintf(text, sizeof text,
                            "{\"schema\": \"winnow-result/1\", \"iteration_wall_ns\": [%lld], "
                            "\"region\": {\"wall_ns\": %lld}}",
                            wall_ns, wall_ns);
  const int file = open(result, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const bool written = write(file, text, static_cast<size_t>(size)) == size;
  return close(file) == 0 && written ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "pool";
  const int iterations = argc > 2 ? atoi(argv[2]) : 1;
  const char* result = getenv("WINNOW_RESULT");
  const char* out = getenv("WINNOW_OUT");
  if (!result || !out) return 2;
  if (mode == "still" || mode == "instant") return run_without_memory(result, mode == "instant");
  write_environment(out);
  say_as_told(mode, out, result);
  fail_as_told(mode, result);

  Pool pool;
  auto iterate = [&] {
    if (mode == "half-asleep") return half_asleep();
    if (mode == "fork") fork_child();
    for (int i = 0; i < kTasks; ++i) mode == "spawn" ? spawn_task() : pool.run_task();
  };
  iterate();
  std::vector<int64_t> walls;
  rusage before, after;
  winnow_region_begin();
  getrusage(RUSAGE_SELF, &before);
  const auto start = Clock::now();
  for (int i = 0; i < iterations; ++i) {
    const auto iteration_start = Clock::now();
    iterate();
    walls.push_back(ns_since(iteration_start));
  }
  const int64_t wall_ns = ns_since(start);
  getrusage(RUSAGE_SELF, &after);
  winnow_region_end();
  if (mode == "huge-times") after.ru_utime.tv_sec = after.ru_stime.tv_sec = 9'000'000'000;
  if (mode == "one-less") walls.pop_back();
  write_result(result, mode, walls, wall_ns, before, after);
  return 0;
}
