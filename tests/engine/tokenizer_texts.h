#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::engine {

// Deterministic everywhere: the standard fixes the generator, but not its distributions.
class Random {
 public:
  explicit Random(uint64_t seed) : generator_(seed) {}
  // Below `limit`.
  size_t operator()(size_t limit) { return generator_() % limit; }
  template <class Container>
  const auto& pick(const Container& from) {
    return from[(*this)(from.size())];
  }

 private:
  std::mt19937_64 generator_;
};

// Lines that people write, and lines that break tokenizers: all valid UTF-8.
const std::vector<std::string>& written_texts();

// Of valid UTF-8: words, code points of all planes, runs, tags, spelled special tokens, mixed.
std::vector<std::string> valid_texts(size_t count, uint64_t seed);

// Of any bytes: random ones, truncated, overlong and surrogate sequences, damaged valid texts.
std::vector<std::string> invalid_texts(size_t count, uint64_t seed);

}  // namespace winnow::engine
