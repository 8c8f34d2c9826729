#pragma once

#include <pthread.h>

#include <string>
#include <vector>

#include "engine/schedulers/scheduler.h"

namespace winnow::engine {

// Which processing units (the kernel's cpu numbers) `threads` threads get, in their order: none for
// Affinity::none. Only those that the calling thread may use; more threads than there are begin
// again with the first.
//   compact  neighbours in the order of the machine's caches and packages; the first unit of every
//            core before the second of any
//   spread   as far apart as can be (hwloc_distrib)
// Throws base::UsageError when this build has no hwloc, and base::Error when the machine does not
// tell what it has.
std::vector<int> processing_units(Affinity affinity, int threads);

// The same for a machine of hwloc's synthetic description, such as "pack:2 l3:2 core:4 pu:2".
std::vector<int> processing_units_of(const std::string& machine, Affinity affinity, int threads);

// The thread runs on this unit only from now on. Throws base::Error.
void bind_thread(pthread_t thread, int unit);

// The calling thread's units as they are now, given back when this ends.
class SavedBinding {
 public:
  SavedBinding();
  ~SavedBinding();
  SavedBinding(const SavedBinding&) = delete;
  SavedBinding& operator=(const SavedBinding&) = delete;

 private:
  const pthread_t thread_;
  cpu_set_t units_;
  bool known_;
};

}  // namespace winnow::engine
