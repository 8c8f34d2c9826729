#include "profiles/program/tracer.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <new>

#include "base/error.h"
#include "base/message.h"
#include "profiles/process/proc_files.h"

namespace winnow::profiles {
namespace {

constexpr unsigned kTreeOptions = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                                  PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;

// Tracees of this thread, whatever signal they end with.
constexpr int kAnyOfThread = __WALL | __WNOTHREAD;

// In the stop that was taken last. A task that was killed may already stand in its last one, of
// which the next look at the tracees tells. Where the kernel has not noted that yet, it has soon.
bool stands_still(pid_t task) {
  constexpr int kLooks = 3;
  for (int look = 0; look < kLooks; ++look) {
    if (task_state(task) != 't') return false;
    siginfo_t news{};
    if (waitid(P_PID, static_cast<id_t>(task), &news,
               WEXITED | WSTOPPED | WNOHANG | WNOWAIT | kAnyOfThread) != 0 ||
        news.si_pid != 0)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// A tracee may be killed at any moment, its stop is over then (ESRCH): that is no news. What else
// fails would leave it standing for ever, or miscounted: the tracer gives up.
void check_traced(const char* request, long result, pid_t task) {
  if (result == 0) return;
  const int error = errno;
  if (error != ESRCH || stands_still(task)) throw base::Error(request, strerror(error));
}

void resume(pid_t task, int signal) {
  check_traced("PTRACE_CONT", ptrace(PTRACE_CONT, task, 0, signal), task);
}

unsigned long message_of(pid_t task) {
  unsigned long message = 0;
  check_traced("PTRACE_GETEVENTMSG", ptrace(PTRACE_GETEVENTMSG, task, 0, &message), task);
  return message;
}

bool stops_group(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

}  // namespace

Tracer::Tracer(std::optional<FutexCounter> futexes)
    : futexes_(std::move(futexes)),
      options_(kTreeOptions | (futexes_ ? unsigned{PTRACE_O_TRACESECCOMP} : 0)) {}

Tracer::~Tracer() { wait_for_end(); }

int Tracer::attach(pid_t leader) {
  leader_ = leader;
  std::promise<int> attached;
  thread_ = std::thread([&] { run(leader, attached); });
  return attached.get_future().get();
}

void Tracer::wait_for_end() {
  if (thread_.joinable()) thread_.join();
}

// Where it ends before its tracees have, the kernel lets go of them, and kills them: none is left
// standing.
void Tracer::run(pid_t leader, std::promise<int>& attached) {
  bool told = false;
  try {
    table_.start(leader);
    const bool seized = ptrace(PTRACE_SEIZE, leader, 0, options_) == 0;
    attached.set_value(seized ? 0 : errno);
    told = true;
    if (seized) follow();
  } catch (const std::bad_alloc&) {
    failure_ = "no memory";  // short enough to need none
    if (!told) attached.set_value(ENOMEM);
  } catch (const std::exception& error) {
    failure_ = base::message_of(error);
    if (!told) attached.set_value(EIO);
  }
}

// Until no tracee is left. Each event is looked at before it is taken: of one that has ended the
// figures can be read until it is reaped, and a stop may be over by then, by SIGKILL.
void Tracer::follow() {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOWAIT | kAnyOfThread) != 0) {
      if (errno == EINTR) continue;
      return;
    }
    const pid_t task = info.si_pid;
    if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED) {
      table_.ended(task);
      waitpid(task, nullptr, WNOHANG | kAnyOfThread);
      continue;
    }
    info.si_pid = 0;
    if (waitid(P_PID, static_cast<id_t>(task), &info, WSTOPPED | WNOHANG | kAnyOfThread) == 0 &&
        info.si_pid == task)
      stopped(task, info.si_status);
  }
}

// `status`: the signal, and above 8 bits the event.
void Tracer::stopped(pid_t task, int status) {
  const int event = status >> 8, signal = status & 0x7f;
  const bool group_stop = event == PTRACE_EVENT_STOP && stops_group(signal);
  if (!group_stop) table_.stopped(task);
  switch (event) {
    case 0:
      return resume(task, signal);
    case PTRACE_EVENT_STOP:
      // A group that is stopped stays so until a SIGCONT, of which the tracer hears.
      if (!group_stop) break;
      return check_traced("PTRACE_LISTEN", ptrace(PTRACE_LISTEN, task, 0, 0), task);
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
      table_.announced(task, static_cast<pid_t>(message_of(task)), event != PTRACE_EVENT_FORK);
      break;
    case PTRACE_EVENT_EXEC:
      table_.executed(task, static_cast<pid_t>(message_of(task)));
      break;
    case PTRACE_EVENT_EXIT:
      table_.ending(task);
      break;
    case PTRACE_EVENT_SECCOMP:
      count_futex(task);
      break;
  }
  resume(task, 0);
}

// Once the counter is spent, each thread is freed of the filter at its next call, and what it
// creates is free from the start. That takes CAP_SYS_ADMIN and CONFIG_CHECKPOINT_RESTORE; without
// them the program would go on at a fraction of its speed, and is ended.
void Tracer::count_futex(pid_t task) {
  const bool spent = !futexes_->counts().complete;
  if (!spent) {
    futexes_->count(message_of(task));
    if (!futexes_->spent()) return;
  }
  if (ended_program_) return;
  const unsigned free = options_ | PTRACE_O_SUSPEND_SECCOMP;
  if (ptrace(PTRACE_SETOPTIONS, task, 0, free) == 0) {
    if (!spent) futexes_->give_up("counting ended");
    return;
  }
  if (errno == ESRCH && !stands_still(task)) return;
  ended_program_ = true;
  futexes_->give_up("the program was ended");
  kill(-leader_, SIGKILL);
}

}  // namespace winnow::profiles
