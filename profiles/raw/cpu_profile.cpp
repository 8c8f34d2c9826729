#include "profiles/raw/cpu_profile.h"

#include "base/byte_reader.h"
#include "base/error.h"
#include "base/file.h"

namespace winnow::profiles {
namespace {

constexpr size_t kMostCpuBytes = 256'000'000;
constexpr uint64_t kLimitSamples = uint64_t{1} << 40;
constexpr uint64_t kLimitPeriodUs = 3'600'000'000;

int64_t read_period_us(base::ByteReader& reader) {
  const auto count = reader.read<uint64_t>("the header");
  const auto slots = reader.read<uint64_t>("the header");
  const auto version = reader.read<uint64_t>("the header");
  if (count != 0 || slots < 3 || slots > 1024 || version != 0)
    throw base::Error(reader.subject(),
                      "not a CPU profile of gperftools (version 0, 64-bit, little-endian)");
  const auto period_us = reader.read<uint64_t>("the sampling period");
  if (period_us == 0 || period_us > kLimitPeriodUs)
    throw base::Error(reader.subject(),
                      "a sampling period of " + std::to_string(period_us) + " us cannot be");
  reader.take((slots - 2) * sizeof(uint64_t), "the header");
  return static_cast<int64_t>(period_us);
}

std::vector<uint64_t> read_stack(base::ByteReader& reader) {
  const size_t position = reader.position();
  const auto depth = reader.read<uint64_t>("a stack's depth");
  if (depth == 0 || depth > reader.remaining() / sizeof(uint64_t))
    throw base::Error(reader.subject(), "a stack of " + std::to_string(depth) +
                                            " addresses at byte " + std::to_string(position) +
                                            " does not fit in the file");
  std::vector<uint64_t> stack(depth);
  for (uint64_t& pc : stack) pc = reader.read<uint64_t>("a stack");
  return stack;
}

}  // namespace

CpuProfile parse_cpu_profile(std::span<const std::byte> bytes, const std::string& subject) {
  if (bytes.empty())
    throw base::Error(subject,
                      "empty: the profiled process was killed before it wrote its profile");
  base::ByteReader reader(bytes, subject);
  CpuProfile profile;
  profile.period_us = read_period_us(reader);
  while (true) {
    const size_t position = reader.position();
    const auto count = reader.read<uint64_t>("a sample count");
    std::vector<uint64_t> stack = read_stack(reader);
    if (count == 0) {
      if (stack == std::vector<uint64_t>{0}) break;  // the trailer
      throw base::Error(subject, "a stack without samples at byte " + std::to_string(position));
    }
    if (count > kLimitSamples - static_cast<uint64_t>(profile.samples))
      throw base::Error(subject, "more samples than can be at byte " + std::to_string(position));
    profile.samples += static_cast<int64_t>(count);
    profile.stacks[std::move(stack)] += static_cast<int64_t>(count);
  }
  profile.memory_map = reader.take_string(reader.remaining(), "the memory map");
  return profile;
}

CpuProfile read_cpu_profile(const std::string& file) {
  const std::string contents = base::read_file(file, kMostCpuBytes);
  return parse_cpu_profile(std::as_bytes(std::span(contents)), file);
}

}  // namespace winnow::profiles
