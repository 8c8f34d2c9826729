#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// What the plans of a run and of a sweep are made of.
namespace winnow::profiles {

struct Arm {
  Variant variant;
  // The program and its arguments; an argument "{iterations}" becomes the number of iterations.
  std::vector<std::string> command;
  std::string told_name{};  // the variant's name as the program tells it; empty: the same
};

struct Progress {
  int done = 0, total = 0;  // child processes; the total may still change
  double elapsed_s = 0;
  double eta_s = 0;  // by the time taken so far
  std::string text;  // "time pass, block 3 of 20, pool"
};

}  // namespace winnow::profiles
