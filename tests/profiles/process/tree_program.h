#pragma once

#include <signal.h>

#include <fstream>
#include <string>
#include <vector>

#include "profiles/process/command.h"
#include "tests/scratch.h"

// tests/profiles/programs/process_tree.cpp with its arguments.
inline winnow::profiles::Command tree_command(const Scratch& scratch,
                                              std::vector<std::string> arguments,
                                              const char* program = TREE_PROGRAM) {
  winnow::profiles::Command command;
  command.arguments = {program};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.output_file = scratch / "output.txt";
  command.time_limit_s = 120;
  command.grace_s = 0.2;
  return command;
}

// What the program told: one number.
inline double told(const Scratch& scratch) {
  double number = -1;
  std::ifstream(scratch / "output.txt") >> number;
  return number;
}

inline bool is_there(double pid) { return kill(static_cast<pid_t>(pid), 0) == 0; }
