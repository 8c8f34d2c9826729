#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdarg>

#include "profiles/agent/agent.h"
#include "profiles/agent/real.h"

// Child processes are counted, what they do is not. Those of fork() are counted by its handlers.

using namespace winnow::agent;

namespace {

using Spawn = int(pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*,
                  char* const*, char* const*);

constinit Real<Spawn> real_spawn{"posix_spawn"};
constinit Real<Spawn> real_spawnp{"posix_spawnp"};
constinit Real<int(const char*)> real_system{"system"};
constinit Real<FILE*(const char*, const char*)> real_popen{"popen"};
constinit Real<int(int (*)(void*), void*, int, void*, ...)> real_clone{"clone"};
constinit Real<pid_t()> real_vfork{"vfork"};

__attribute__((constructor)) void find_children() {
  find_all(real_spawn, real_spawnp, real_system, real_popen, real_clone, real_vfork);
}

}  // namespace

extern "C" {

int posix_spawn(pid_t* child, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const* arguments,
                char* const* environment) {
  const int error = real_spawn.get()(child, path, actions, attributes, arguments, environment);
  if (error == 0) note_child();
  return error;
}

int posix_spawnp(pid_t* child, const char* file, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const* arguments,
                 char* const* environment) {
  const int error = real_spawnp.get()(child, file, actions, attributes, arguments, environment);
  if (error == 0) note_child();
  return error;
}

int system(const char* command) {
  if (command != nullptr) note_child();
  return real_system.get()(command);
}

FILE* popen(const char* command, const char* mode) {
  FILE* stream = real_popen.get()(command, mode);
  if (stream != nullptr) note_child();
  return stream;
}

int clone(int (*start)(void*), void* stack, int flags, void* argument, ...) noexcept {
  va_list rest;
  va_start(rest, argument);
  void* parent_tid = va_arg(rest, void*);
  void* tls = va_arg(rest, void*);
  void* child_tid = va_arg(rest, void*);
  va_end(rest);
  const int child = real_clone.get()(start, stack, flags, argument, parent_tid, tls, child_tid);
  if (child > 0 && (flags & CLONE_THREAD) == 0) note_child();
  return child;
}

// The function that vfork() goes on to.
__attribute__((used, visibility("hidden"))) pid_t (*winnow_agent_vfork())() {
  note_child();
  return real_vfork.get();
}
}

// It returns twice into its caller's frame, so it can have none of its own.
#if defined(__x86_64__)
asm(R"(
.text
.globl vfork
.type vfork, @function
vfork:
  .cfi_startproc
  endbr64
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  call winnow_agent_vfork
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  jmp *%rax
  .cfi_endproc
.size vfork, .-vfork
)");
#elif defined(__aarch64__)
asm(R"(
.text
.globl vfork
.type vfork, %function
vfork:
  .cfi_startproc
  stp x29, x30, [sp, -16]!
  .cfi_adjust_cfa_offset 16
  bl winnow_agent_vfork
  ldp x29, x30, [sp], 16
  .cfi_adjust_cfa_offset -16
  mov x16, x0
  br x16
  .cfi_endproc
.size vfork, .-vfork
)");
#endif
