#include <alloca.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "profiles/agent/agent.h"
#include "profiles/agent/real.h"

// Where the region is the whole process, it ends with it: in the agent's destructor, or here.

using namespace winnow::agent;

namespace {

constinit Real<void(int)> real_exit{"_exit"};
constinit Real<int(const char*, char* const*)> real_execv{"execv"};
constinit Real<int(const char*, char* const*)> real_execvp{"execvp"};
constinit Real<int(const char*, char* const*, char* const*)> real_execve{"execve"};
constinit Real<int(const char*, char* const*, char* const*)> real_execvpe{"execvpe"};
constinit Real<int(int, char* const*, char* const*)> real_fexecve{"fexecve"};

__attribute__((constructor)) void find_exits() {
  find_all(real_exit, real_execv, real_execvp, real_execve, real_execvpe, real_fexecve);
}

// call() returns where it fails: the process goes on, and so does the region.
template <class Call>
int execute(const Call& call) {
  const bool closed = g_state.whole_process && close_region();
  if (closed) g_state.header->executed = 1;
  const int result = call();
  const int error = errno;
  if (closed) reopen_region();
  errno = error;
  return result;
}

// Of the list that begins with `first`, its null included.
size_t length(const char* first, va_list rest) {
  va_list all;
  va_copy(all, rest);
  size_t count = 1;
  for (const char* next = first; next != nullptr; next = va_arg(all, char*)) ++count;
  va_end(all);
  return count;
}

void collect(const char* first, va_list rest, char** to) {
  *to = const_cast<char*>(first);
  while (*to != nullptr) *++to = va_arg(rest, char*);
}

}  // namespace

extern "C" {

void _exit(int status) {
  if (g_state.whole_process) close_region();
  real_exit.get()(status);
  __builtin_unreachable();
}

void _Exit(int status) noexcept { _exit(status); }

int execve(const char* path, char* const* arguments, char* const* environment) noexcept {
  return execute([&] { return real_execve.get()(path, arguments, environment); });
}

int execv(const char* path, char* const* arguments) noexcept {
  return execute([&] { return real_execv.get()(path, arguments); });
}

int execvp(const char* file, char* const* arguments) noexcept {
  return execute([&] { return real_execvp.get()(file, arguments); });
}

int execvpe(const char* file, char* const* arguments, char* const* environment) noexcept {
  return execute([&] { return real_execvpe.get()(file, arguments, environment); });
}

int fexecve(int file, char* const* arguments, char* const* environment) noexcept {
  return execute([&] { return real_fexecve.get()(file, arguments, environment); });
}

int execl(const char* path, const char* first, ...) noexcept {
  va_list rest;
  va_start(rest, first);
  auto** arguments = static_cast<char**>(alloca(length(first, rest) * sizeof(char*)));
  collect(first, rest, arguments);
  va_end(rest);
  return execv(path, arguments);
}

int execlp(const char* file, const char* first, ...) noexcept {
  va_list rest;
  va_start(rest, first);
  auto** arguments = static_cast<char**>(alloca(length(first, rest) * sizeof(char*)));
  collect(first, rest, arguments);
  va_end(rest);
  return execvp(file, arguments);
}

int execle(const char* path, const char* first, ...) noexcept {
  va_list rest;
  va_start(rest, first);
  const size_t count = length(first, rest);
  auto** arguments = static_cast<char**>(alloca(count * sizeof(char*)));
  arguments[0] = const_cast<char*>(first);
  for (size_t i = 1; i < count; ++i) arguments[i] = va_arg(rest, char*);
  auto** environment = va_arg(rest, char**);
  va_end(rest);
  return execve(path, arguments, environment);
}
}
