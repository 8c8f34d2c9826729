#include "profiles/perf/stacks.h"

#include <fmt/format.h>

#include "base/error.h"
#include "profiles/perf/data_file.h"
#include "profiles/perf/processes.h"
#include "profiles/perf/unwind.h"
#include "profiles/symbols/named_stacks.h"
#include "profiles/symbols/symbols.h"

namespace winnow::profiles {
namespace {

// Names the samples of any number of files.
class SampleNames {
 public:
  explicit SampleNames(const CategoryRules& rules) : stacks_(rules, NamedStacks::Categories::cpu) {}

  void add(const std::string& path) {
    const DataFile file(path);
    Processes processes(path);
    file.each([&](const DataRecord& record) {
      processes.apply(record);
      if (const auto* sample = std::get_if<SampleRecord>(&record))
        add(*sample, processes.map(sample->pid), path);
    });
    lost_ += file.lost();
    kernel_seen_ = kernel_seen_ && file.kernel_seen();
  }

  TreeStacks take() {
    return {stacks_.take(ProfileClock::cpu, static_cast<double>(period_ns_) * 1e-9), lost_,
            kernel_seen_, truncated_};
  }

 private:
  void add(const SampleRecord& sample, const MemoryMap& map, const std::string& path) {
    check_period(sample.period_ns, path);
    const UserStack user = unwinder_.unwind(sample, map);
    Stack stack{{}, 1};
    if (sample.in_kernel) stack.frames.push_back(stacks_.frame({"[kernel]"}));
    for (const auto* functions : symbols_.stack(map, user.pcs, Symbols::Leaf::exact))
      stack.frames.push_back(stacks_.frame(functions->back()));
    if (user.truncated) stack.frames.push_back(stacks_.frame({"[truncated]"}));
    truncated_ += user.truncated;
    stacks_.add(std::move(stack));
  }

  void check_period(uint64_t period_ns, const std::string& path) {
    constexpr uint64_t kMostNs = 3'600'000'000'000;
    if (period_ns == 0 || period_ns > kMostNs)
      throw base::Error(path, fmt::format("a sampling period of {} ns cannot be", period_ns));
    if (period_ns_ != 0 && period_ns != period_ns_)
      throw base::Error(
          path, fmt::format("a sample of {} ns, those before it of {} ns", period_ns, period_ns_));
    period_ns_ = period_ns;
  }

  NamedStacks stacks_;
  Symbols symbols_;
  Unwinder unwinder_;
  uint64_t period_ns_ = 0;
  int64_t lost_ = 0, truncated_ = 0;
  bool kernel_seen_ = true;
};

}  // namespace

TreeStacks tree_stacks(const std::vector<std::string>& data_files, const CategoryRules& rules) {
  SampleNames names(rules);
  for (const std::string& file : data_files) names.add(file);
  return names.take();
}

}  // namespace winnow::profiles
