#include "profiles/perf/event.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace winnow::profiles {
namespace {

constexpr char kSubject[] = "perf_event_open";

int open_descriptor(const perf_event_attr& attr, pid_t pid, int cpu) {
  return static_cast<int>(::syscall(SYS_perf_event_open, &attr, pid, cpu, -1,
                                    static_cast<unsigned long>(PERF_FLAG_FD_CLOEXEC)));
}

std::string paranoid_level() {
  try {
    std::string text = base::read_file("/proc/sys/kernel/perf_event_paranoid", 64);
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
  } catch (const base::Error&) {
    return "";
  }
}

std::string reason(int error, bool user_only) {
  const std::string level = paranoid_level();
  switch (error) {
    case EACCES:
    case EPERM:
      if (level.empty()) return "forbidden";
      return "forbidden: by kernel.perf_event_paranoid, which is " + level +
             (user_only ? " (2 or less is needed" : " (1 or less is needed without privilege") +
             "), or by a container's seccomp filter";
    case ENOENT:
    case EOPNOTSUPP:
      return "this kernel has no such event";
    case ENOSYS:
      return "this kernel has no perf events, or a seccomp filter hides them";
    case EINVAL:
      return "this kernel does not take the event as it is asked for";
    case ESRCH:
      return "the process has ended";
    default:
      return std::strerror(error);
  }
}

void control(int descriptor, unsigned long request, void* argument) {
  if (::ioctl(descriptor, request, argument) != 0)
    throw base::Error(kSubject, std::strerror(errno));
}

}  // namespace

bool kernel_is_seen() {
  perf_event_attr attr = tree_event(PERF_COUNT_SW_TASK_CLOCK);
  attr.exclude_kernel = 0;
  const int descriptor = open_descriptor(attr, 0, -1);
  if (descriptor >= 0) ::close(descriptor);
  return descriptor >= 0;
}

perf_event_attr tree_event(uint64_t config) {
  perf_event_attr attr{};
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = config;
  attr.disabled = 1;
  attr.inherit = 1;
  attr.enable_on_exec = 1;
  attr.exclude_hv = 1;
  return attr;
}

PerfEvent::PerfEvent(const perf_event_attr& attr, pid_t pid, int cpu)
    : descriptor_(open_descriptor(attr, pid, cpu)) {
  const bool offline = cpu >= 0 && errno == ENODEV;
  if (descriptor_ < 0 && !offline) throw base::Error(kSubject, reason(errno, attr.exclude_kernel));
}

PerfEvent::~PerfEvent() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

PerfEvent::PerfEvent(PerfEvent&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

uint64_t PerfEvent::id() const {
  uint64_t id = 0;
  control(descriptor_, PERF_EVENT_IOC_ID, &id);
  return id;
}

uint64_t PerfEvent::count() const {
  uint64_t count = 0;
  if (::read(descriptor_, &count, sizeof count) != sizeof count)
    throw base::Error(kSubject, "a counter cannot be read");
  return count;
}

void PerfEvent::disable() const { ::ioctl(descriptor_, PERF_EVENT_IOC_DISABLE, 0); }

}  // namespace winnow::profiles
