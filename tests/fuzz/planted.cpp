// Readers with faults: what the fuzzers find at once if they find anything.
#include <charconv>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "tests/fuzz/target.h"

namespace winnow::fuzz {
namespace {

constexpr std::string_view kMagic = "WNF";

// The bytes behind the magic, of which the first is told to be the length.
std::string_view body_of(std::string_view input) {
  if (!input.starts_with(kMagic) || input.size() == kMagic.size())
    throw base::Error("input", "not a planted file");
  return input.substr(kMagic.size());
}

// Believes the length.
void planted_crash(std::string_view input) {
  reads([&] {
    const std::string_view body = body_of(input);
    const auto length = static_cast<size_t>(static_cast<unsigned char>(body[0]));
    const auto copy = std::make_unique<char[]>(body.size());
    std::memcpy(copy.get(), body.data(), body.size());
    unsigned sum = 0;
    for (size_t i = 1; i <= length; ++i) sum += static_cast<unsigned char>(copy[i]);
    require(sum < 1'000'000, "a sum of 255 bytes");
  });
}

// Writes what was read in one byte.
void planted_round_trip(std::string_view input) {
  reads([&] {
    const std::string_view body = body_of(input);
    int value = 0;
    const auto read = std::from_chars(body.data(), body.data() + body.size(), value);
    if (read.ec != std::errc()) throw base::Error("input", "no number");
    const std::string written = std::to_string(static_cast<int8_t>(value));
    require_equal(std::to_string(value), written, "a planted number");
  });
}

void planted_exception(std::string_view input) {
  reads([&] {
    if (body_of(input)[0] == '!') throw std::runtime_error("not the project's own");
  });
}

// An error made past base::Error's constructor, which would have escaped the line's end.
void planted_two_lines(std::string_view input) {
  struct TwoLines : base::Error {
    TwoLines() : Error("input", "first line") {}
    const char* what() const noexcept override { return "input: first line\nsecond line"; }
  };
  reads([&] {
    if (body_of(input)[0] == '!') throw TwoLines();
  });
}

void planted_leak(std::string_view input) {
  reads([&] {
    if (body_of(input)[0] == '!')
      static_cast<void>(std::make_unique<std::string>(99, 'x').release());
  });
}

void planted_hang(std::string_view input) {
  reads([&] {
    volatile bool found = body_of(input)[0] == '!';
    while (found) continue;
  });
}

std::vector<std::string> seeds_of_planted() { return {std::string(kMagic) + "1"}; }

}  // namespace

std::vector<Target> planted_targets() {
  std::vector<Target> targets = {{"planted_crash", planted_crash, seeds_of_planted},
                                 {"planted_round_trip", planted_round_trip, seeds_of_planted},
                                 {"planted_exception", planted_exception, seeds_of_planted},
                                 {"planted_two_lines", planted_two_lines, seeds_of_planted},
                                 {"planted_leak", planted_leak, seeds_of_planted},
                                 {"planted_hang", planted_hang, seeds_of_planted}};
  for (Target& target : targets) target.planted = true;
  return targets;
}

}  // namespace winnow::fuzz
