#include "base/cores_time.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

#include "base/usable_cores.h"

namespace winnow::base {
namespace {

// user nice system idle iowait irq softirq steal; guests are part of user and nice.
constexpr size_t kFields = 8;
constexpr size_t kIdle = 3, kIoWait = 4, kSteal = 7;

using Ticks = std::array<int64_t, kFields>;

std::optional<Ticks> ticks_of(std::istringstream& line) {
  Ticks ticks{};
  for (int64_t& value : ticks)
    if (!(line >> value) || value < 0) return std::nullopt;
  return ticks;
}

void add(CoresTime& to, const Ticks& ticks, long ticks_per_s) {
  const int64_t tick_ns = 1'000'000'000 / ticks_per_s;
  for (size_t i = 0; i < kFields; ++i) {
    const int64_t ns = ticks[i] * tick_ns;
    (i == kIdle || i == kIoWait ? to.idle_ns : i == kSteal ? to.steal_ns : to.busy_ns) += ns;
  }
}

}  // namespace

// The sum over all cores stands in the first line, rounded once only.
std::optional<CoresTime> parse_cores_time(const std::string& text, long ticks_per_s,
                                          const std::function<bool(int core)>& may_use) {
  if (ticks_per_s <= 0) return std::nullopt;
  std::istringstream lines(text);
  std::optional<Ticks> all;
  CoresTime used;
  bool every_core = true;
  for (std::string text_line; std::getline(lines, text_line) && text_line.starts_with("cpu");) {
    std::istringstream line(text_line);
    std::string name;
    line >> name;
    const auto ticks = ticks_of(line);
    if (!ticks) return std::nullopt;
    if (name == "cpu") {
      all = ticks;
      continue;
    }
    int core = -1;
    if (!(std::istringstream(name.substr(3)) >> core)) return std::nullopt;
    if (!may_use(core)) {
      every_core = false;
      continue;
    }
    ++used.cores;
    add(used, *ticks, ticks_per_s);
  }
  if (!all || used.cores == 0) return std::nullopt;
  if (!every_core) return used;
  CoresTime total{used.cores};
  add(total, *all, ticks_per_s);
  return total;
}

// The lines of the cores stand first; their room is for some thousand cores.
CoresTimeReading::CoresTimeReading() : text_(size_t{256} << 10, '\0') {}

void CoresTimeReading::take() noexcept {
  size_ = 0;
  const int file = ::open("/proc/stat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  while (size_ < text_.size()) {
    const ssize_t count = ::read(file, text_.data() + size_, text_.size() - size_);
    if (count <= 0) break;
    size_ += static_cast<size_t>(count);
  }
  ::close(file);
}

std::optional<CoresTime> CoresTimeReading::cores_time() const {
  const std::vector<int> mine = cores_of_process();
  return parse_cores_time(text_.substr(0, size_), sysconf(_SC_CLK_TCK), [&](int core) {
    return std::binary_search(mine.begin(), mine.end(), core);
  });
}

}  // namespace winnow::base
