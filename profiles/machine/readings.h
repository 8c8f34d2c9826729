#pragma once

#include "profiles/machine/files.h"

// How each fact of the machine is read: its value, and what to know about it; without a value, why
// there is none.
namespace winnow::profiles::readings {

struct Machine : MachineFiles {
  Machine(const std::string& root, int error) : MachineFiles(root), cycles_error(error) {}

  int cycles_error;  // errno with which perf_event_open refused to count cycles; 0: it counted
};

Answer cpu_model(const Machine& machine);
Answer cores(const Machine& machine);
Answer threads_per_core(const Machine& machine);
Answer smt(const Machine& machine);
Answer numa_nodes(const Machine& machine);
Answer memory_bytes(const Machine& machine);
Answer kernel(const Machine& machine);
Answer os(const Machine& machine);
Answer hypervisor(const Machine& machine);
Answer governor(const Machine& machine);
Answer turbo(const Machine& machine);
Answer transparent_huge_pages(const Machine& machine);
Answer aslr(const Machine& machine);
Answer clock_source(const Machine& machine);
Answer cpu_quota(const Machine& machine);
Answer throttled_seconds(const Machine& machine);
Answer steal_percent(const Machine& machine);
Answer load_average(const Machine& machine);
Answer cpu_pressure(const Machine& machine);
// Variables that this process and all that it starts were given, and that libraries and runtimes
// read: "OMP_NUM_THREADS=4 MALLOC_ARENA_MAX=1"; "none".
Answer environment(const Machine& machine);
Answer perf_events(const Machine& machine);

// Tries to count this process's cycles.
int probe_cycles();

}  // namespace winnow::profiles::readings
