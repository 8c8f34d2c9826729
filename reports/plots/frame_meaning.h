#pragma once

#include <string>

#include "profiles/recording/stacks.h"

// What a frame of a call stack tells of the program, by its function's name and category.
namespace winnow::reports {

enum class FrameMeaning {
  kWork,       // a function of the program
  kSystem,     // memory or the kernel: costs of whoever called
  kScheduler,  // starts threads, waits, signals, hands out work
  kPlumbing,   // how a thread or a callable is entered; a file without symbols
};

FrameMeaning meaning_of(const profiles::Frame& frame);

// The function that a reader looks for: of a closure the function that it stands in. Other names
// stay as they are.
std::string meaningful_name(const std::string& function);

// Whether stacks whose root this is are those of a thread, not of the program's start.
bool starts_thread(const profiles::Frame& root);

}  // namespace winnow::reports
