#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "tests/cli/program.h"
#include "tests/text.h"

// What the tests of `winnow compare` share.
namespace winnow::testing {

using Words = std::vector<std::string>;

inline size_t lines_of(const std::string& file) {
  std::ifstream stream(file);
  size_t lines = 0;
  for (std::string line; std::getline(stream, line);) ++lines;
  return lines;
}

// A loop of the shell's own: CPU time that grows with `rounds`.
inline std::string loop(int rounds) {
  return fmt::format("sh -c 'i=0; while [ $i -lt {} ]; do i=$((i+1)); done'", rounds);
}

inline Result compare(const Scratch& scratch, Words options) {
  options.insert(options.begin(), "compare");
  return winnow(scratch, options);
}

inline profiles::Recording recorded(const Scratch& scratch) {
  return profiles::read_recording(scratch / "out/compare");
}

// Whether a process with this argument runs anywhere.
inline bool runs_somewhere(const std::string& argument) {
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(process.path() / "cmdline");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    if (has(line, argument)) return true;
  }
  return false;
}

// What runs_somewhere() finds of a process `sleep SECONDS`, but not of winnow, which names it, too.
inline std::string sleeper(const std::string& seconds) {
  return std::string("sleep\0", 6) + seconds;
}

}  // namespace winnow::testing
