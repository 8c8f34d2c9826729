#pragma once

#include <string>

#include "profiles/recording/recording.h"

// What the futex pass and the count pass write of one block.
namespace winnow::profiles {

inline constexpr const char* kFutexFile = "futexes.json";
inline constexpr const char* kInstructionFile = "instructions.json";

void write_counts(const std::string& path, const FutexProfile& futex);
void write_counts(const std::string& path, const InstructionProfile& count);
FutexProfile read_futex_file(const std::string& path);              // throws base::Error
InstructionProfile read_instruction_file(const std::string& path);  // likewise

// Adds other runs.
void add_counts(const FutexProfile& runs, FutexProfile& sum);
void add_counts(const InstructionProfile& runs, InstructionProfile& sum);

// Of one run: what callgrind wrote of each process to callgrind.<pid>, and its messages to
// valgrind.<pid>. Throws base::Error where it wrote nothing, and where a process was forked and
// went on as the same program: callgrind counts such a one from its parent's start.
InstructionProfile read_callgrind(const std::string& folder);

}  // namespace winnow::profiles
