#pragma once

#include <cstdint>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow {

// The threads that a strategy of the engine creates by its design, as its programs tell them.
inline std::vector<profiles::ThreadTerm> engine_terms(int64_t threads_per_matmul, int64_t matmuls,
                                                      int64_t persistent,
                                                      int64_t threads_per_batch = 0) {
  std::vector<profiles::ThreadTerm> terms;
  if (threads_per_matmul > 0)
    terms.push_back({"threads", threads_per_matmul, "matmuls", matmuls, true, false});
  if (threads_per_batch > 0)
    terms.push_back({"threads a batch", threads_per_batch, "", 1, false, false});
  if (persistent > 0) terms.push_back({"persistent threads", persistent, "", 1, false, true});
  return terms;
}

// Of the terms of that name.
inline int64_t threads_of(const std::vector<profiles::ThreadTerm>& terms, const char* name) {
  int64_t threads = 0;
  for (const profiles::ThreadTerm& term : terms)
    if (term.name == name) threads += term.threads;
  return threads;
}

}  // namespace winnow
