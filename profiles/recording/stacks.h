#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/words.h"

// The call stacks of a run, with names: written when the run is assembled, one file for each
// variant and clock in the folder stacks/ beside recording.json.
namespace winnow::profiles {

inline constexpr int kStacksSchema = 1;
inline constexpr size_t kLimitStacksBytes = 64'000'000;  // of a file

// Of sampled stacks one for each address, the outermost function that is not inlined, as in
// Function; of allocations those inlined, too, which the categories are made for.
struct Frame {
  std::string function, file, category;  // as demangled; of its declaration, as in SourceFunction
  int line = 0;
  std::string module{};  // not written
};

// Leaf first; indexes of frames. Sampled stacks have samples, allocations bytes and objects.
struct Stack {
  std::vector<int> frames;
  int64_t samples = 0, bytes = 0, objects = 0;
};

struct Stacks {
  ProfileClock clock = ProfileClock::cpu;
  int iterations = 0;   // that the stacks stand for
  double period_s = 0;  // of sampling; 0: allocations
  std::vector<Frame> frames;
  std::vector<Stack> stacks;  // no two alike, the largest first
};

// Empty where the recording has none: the pass was not run, or an older program wrote it. Throws
// base::Error for a file that is not what write_stacks wrote.
std::optional<Stacks> read_stacks(const std::string& folder, const std::string& variant,
                                  ProfileClock clock);
// Of stacks that would make a file larger than read_stacks takes, the lightest become one stack of
// the one frame "[n call stacks left out]", so that the sums stay exact; returns n.
size_t write_stacks(const std::string& folder, const std::string& variant, Stacks stacks,
                    size_t limit_bytes = kLimitStacksBytes);

}  // namespace winnow::profiles
