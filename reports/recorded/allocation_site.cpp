#include "reports/recorded/allocation_site.h"

#include <string>

namespace winnow::reports {

namespace {

bool only_allocates(const std::string& function) {
  for (const char* beginning :
       {"std::", "__gnu_cxx::", "operator new", "malloc", "calloc", "realloc", "posix_memalign",
        "aligned_alloc", "memalign", "[libtcmalloc", "tcmalloc::", "tc_", "void std::", "__libc_",
        "(anonymous namespace)::do_"})
    if (function.starts_with(beginning)) return true;
  return false;
}

}  // namespace

int allocation_site(const profiles::Stacks& stacks, const profiles::Stack& stack) {
  for (const int index : stack.frames) {
    const profiles::Frame& frame = stacks.frames[static_cast<size_t>(index)];
    // A template of a library's header is the library, whatever program it is compiled into.
    if (!only_allocates(frame.function) && !frame.file.starts_with("/usr/include/")) return index;
  }
  return stack.frames.front();
}

}  // namespace winnow::reports
