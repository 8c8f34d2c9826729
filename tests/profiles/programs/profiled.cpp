// A program whose profile is known: "cpu SECONDS" spends its CPU time in three functions as 60 to
// 30 to 10, "heap FOLDER" allocates known amounts before and in a region. The profiler is
// preloaded.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

extern "C" __attribute__((weak)) int ProfilerStart(const char*);
extern "C" __attribute__((weak)) void ProfilerStop();
extern "C" __attribute__((weak)) void HeapProfilerStart(const char*);
extern "C" __attribute__((weak)) void HeapProfilerDump(const char*);

namespace known {

volatile uint64_t sink;

// Inlined everywhere: its time belongs to its callers.
[[gnu::always_inline]] inline void work_units(int count) {
  uint64_t x = sink;
  for (int i = 0; i < count * 20'000; ++i) x = x * 6364136223846793005u + 1442695040888963407u;
  sink = x;
}

[[gnu::noinline]] void sixty() { work_units(6); }
[[gnu::noinline]] void thirty() { work_units(3); }

namespace {
template <class T>
[[gnu::noinline]] void ten(T) {
  work_units(1);
}
}  // namespace

struct Round {
  [[gnu::noinline]] void run() const {
    sixty();
    thirty();
    ten(0);
    sink = sink + 1;  // not a tail call
  }
};

[[gnu::noinline]] char* allocate(size_t size_bytes) {
  char* const block = static_cast<char*>(std::malloc(size_bytes));
  std::memset(block, 1, size_bytes);
  return block;
}
[[gnu::noinline]] void load_weights() { sink = static_cast<uint64_t>(*allocate(1'000'000)); }
[[gnu::noinline]] void quantize_rows() {
  for (int i = 0; i < 100; ++i) std::free(allocate(3000));
}
[[gnu::noinline]] void split_text() {
  const std::vector<char> pieces(40'000, 1);
  sink = sink + static_cast<uint64_t>(pieces[sink % pieces.size()]);
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace known

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  if (std::string(argv[1]) == "cpu" && ProfilerStart) {
    const double end = known::cpu_seconds() + std::atof(argv[2]);
    ProfilerStart(std::getenv("PROFILE_FILE"));
    // The clock is read seldom: a signal that is due while the kernel works comes at the call's
    // end.
    while (known::cpu_seconds() < end)
      for (int i = 0; i < 20; ++i) known::Round().run();
    ProfilerStop();
    return 0;
  }
  if (std::string(argv[1]) == "heap" && HeapProfilerStart) {
    HeapProfilerStart((std::string(argv[2]) + "/heap").c_str());
    known::load_weights();
    known::quantize_rows();
    HeapProfilerDump("begin");
    known::quantize_rows();
    known::quantize_rows();
    known::split_text();
    HeapProfilerDump("end");
    return 0;
  }
  return 3;
}
