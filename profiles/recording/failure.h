#pragma once

#include <string>

#include "profiles/recording/recording.h"

// Why processes did not end well, in one line.
namespace winnow::profiles {

// "exit status 7: cannot open model.bin": how a process ended and the last line that it wrote, as
// far as it is short.
std::string failure_words(const std::string& failure, const std::string& last_lines);
inline std::string failure_words(const Block& block) {
  return failure_words(block.failure, block.stderr_tail);
}

// "pool, time block 0: exit status 7: cannot open model.bin"
std::string failed_block(const Block& block);

// "no process ended well; the first: pool, time block 0: ..."; empty: all that were run did.
std::string failures_in_short(const Recording& recording);

}  // namespace winnow::profiles
