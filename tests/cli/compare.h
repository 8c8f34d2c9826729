#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
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

// Whether the report's winner is this one; on a busy machine it is a probable one.
inline bool names_winner(const std::string& report, const std::string& winner,
                         const std::string& rival) {
  return has(report, winner + " is the clear winner against " + rival) ||
         has(report, winner + " is probably the winner against " + rival);
}

// Seconds to sleep, of which no other run of this test knows.
inline std::string nap_of(int seconds) { return fmt::format("{}.{}", seconds, ::getpid()); }

// Whether a process with this argument runs anywhere. One that is just about to become another
// program has none for a moment.
inline bool runs_somewhere(const std::string& argument) {
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::FILE* const file = std::fopen((process.path() / "cmdline").c_str(), "r");
    if (!file) continue;
    std::string line(4096, '\0');
    line.resize(std::fread(line.data(), 1, line.size(), file));
    std::fclose(file);
    if (has(line, argument)) return true;
  }
  return false;
}

// Whether a process `sleep SECONDS` is seen, of winnow's, which names it, too; waits for it.
inline bool begins_to_sleep(const std::string& seconds) {
  const std::string command_line = std::string("sleep\0", 6) + seconds;
  for (int i = 0; i < 3000; ++i, ::usleep(10'000))
    if (runs_somewhere(command_line)) return true;
  return false;
}

// Whether no process with this argument runs any more; waits for it.
inline bool ends_everywhere(const std::string& argument) {
  for (int i = 0; i < 1000; ++i, ::usleep(10'000))
    if (!runs_somewhere(argument)) return true;
  return false;
}

}  // namespace winnow::testing
