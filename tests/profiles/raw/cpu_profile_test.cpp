#include "profiles/raw/cpu_profile.h"

#include <cstdlib>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "profiles/raw/call_stacks.h"
#include "profiles/recording/hotspots.h"
#include "profiles/symbols/symbols.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

constexpr char kMap[] =
    "00400000-00500000 r-xp 00000000 08:01 1234                /nonexistent/program\n"
    "7ffc0000-7ffd0000 r-xp 00000000 00:00 0                   [vdso]\n";
const std::vector<uint64_t> kTrailer = {0, 1, 0};

std::string encode(std::vector<uint64_t> words, const std::vector<uint64_t>& more = {},
                   const std::string& text = "") {
  words.insert(words.end(), more.begin(), more.end());
  std::string bytes(words.size() * sizeof(uint64_t), '\0');
  std::memcpy(bytes.data(), words.data(), bytes.size());
  return bytes + text;
}

CpuProfile parse(const std::string& bytes) {
  return parse_cpu_profile(std::as_bytes(std::span(bytes)), "a.prof");
}

std::string golden_cpu() {
  return encode({0, 3, 0, 10000, 0},
                {5, 2, 0x400100, 0x400201, 2, 1, 0x400100, 1, 2, 0x400100, 0x400201, 0, 1, 0},
                kMap);
}

SampledProfile read_sampled_profile(const std::vector<std::string>& files, ProfileClock clock,
                                    const CategoryRules& rules) {
  return hotspots(sampled_stacks(files, clock, rules));
}

const Function& find(const SampledProfile& profile, const std::string& name) {
  for (const Function& function : profile.functions)
    if (function.name == name) return function;
  throw base::Error(name, "not in the profile");
}

double share(const SampledProfile& profile, const std::string& name) {
  return *find(profile, name).flat_s / profile.sampled_s;
}

void check_sums(const SampledProfile& profile) {
  int64_t samples = 0;
  double seconds = 0;
  for (const Function& function : profile.functions) {
    samples += *function.flat_samples;
    seconds += *function.flat_s;
    CHECK(*function.cumulative_samples >= *function.flat_samples);
    CHECK(*function.cumulative_samples <= *profile.samples);
  }
  CHECK(samples == *profile.samples);
  CHECK(seconds == Approx(profile.sampled_s).epsilon(1e-12));
}

}  // namespace

TEST_CASE("a CPU profile's stacks are read and repeated ones summed") {
  const CpuProfile profile = parse(golden_cpu());
  CHECK(profile.period_us == 10000);
  CHECK(profile.samples == 8);
  REQUIRE(profile.stacks.size() == 2);
  CHECK(profile.stacks.at({0x400100, 0x400201}) == 6);
  CHECK(profile.stacks.at({0x400100}) == 2);
  CHECK(profile.memory_map == kMap);
}

TEST_CASE("a profile without samples is legal, additional header words are passed over") {
  const CpuProfile profile = parse(encode({0, 4, 0, 4000, 0, 77}, kTrailer));
  CHECK(profile.samples == 0);
  CHECK(profile.period_us == 4000);
  CHECK(profile.stacks.empty());
}

TEST_CASE("a CPU profile cut at any byte is an error until its trailer is whole") {
  const std::string whole = golden_cpu();
  const size_t trailer_end = whole.size() - std::strlen(kMap);
  for (size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    if (length < trailer_end)
      CHECK_THROWS_AS(parse(whole.substr(0, length)), base::Error);
    else
      CHECK(parse(whole.substr(0, length)).samples == 8);
  }
}

TEST_CASE("every count of a CPU profile is checked") {
  constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();
  const std::vector<uint64_t> header = {0, 3, 0, 10000, 0};
  CHECK_THROWS_WITH(parse(""),
                    "a.prof: empty: the profiled process was killed before it wrote its profile");
  CHECK_THROWS_WITH(parse(encode({1, 3, 0, 10000, 0}, kTrailer)),
                    "a.prof: not a CPU profile of gperftools (version 0, 64-bit, little-endian)");
  CHECK_THROWS_AS(parse(encode({0, 2, 0, 10000}, kTrailer)), base::Error);
  CHECK_THROWS_AS(parse(encode({0, kHuge, 0, 10000, 0}, kTrailer)), base::Error);
  CHECK_THROWS_AS(parse(encode({0, 3, 1, 10000, 0}, kTrailer)), base::Error);
  CHECK_THROWS_WITH(parse(encode({0, 3, 0, 0, 0}, kTrailer)),
                    "a.prof: a sampling period of 0 us cannot be");
  CHECK_THROWS_AS(parse(encode({0, 3, 0, kHuge, 0}, kTrailer)), base::Error);
  CHECK_THROWS_WITH(parse(encode(header, {1, kHuge, 5})),
                    "a.prof: a stack of 18446744073709551615 addresses at byte 48 does not fit in "
                    "the file");
  CHECK_THROWS_AS(parse(encode(header, {1, 0, 0, 1, 0})), base::Error);
  CHECK_THROWS_AS(parse(encode(header, {1, 3, 5, 0, 1, 0})), base::Error);
  CHECK_THROWS_AS(parse(encode(header, {0, 1, 5, 0, 1, 0})), base::Error);
  CHECK_THROWS_AS(parse(encode(header, {kHuge, 1, 5, 0, 1, 0})), base::Error);
  const uint64_t many = uint64_t{1} << 40;
  CHECK_THROWS_AS(parse(encode(header, {many, 1, 5, 1, 1, 5, 0, 1, 0})), base::Error);
}

TEST_CASE("hotspots: flat by leaf, cumulative once per stack, files merged by name") {
  const Scratch folder;
  // Recursion between the same two places; and the same program elsewhere in memory.
  base::write_file(folder / "a.prof",
                   encode({0, 3, 0, 2000, 0},
                          {3, 3, 0x400100, 0x7ffc0005, 0x400205, 2, 1, 0x7ffc0004, 0, 1, 0}, kMap));
  base::write_file(
      folder / "b.prof",
      encode({0, 3, 0, 2000, 0}, {5, 2, 0x900100, 0x10, 0, 1, 0},
             "00900000-00a00000 r-xp 00000000 08:01 1234                /nonexistent/program\n"));
  const auto rules = CategoryRules::built_in();
  const SampledProfile profile =
      read_sampled_profile({folder / "a.prof", folder / "b.prof"}, ProfileClock::cpu, rules);
  check_sums(profile);
  CHECK(profile.clock == ProfileClock::cpu);
  CHECK(profile.period_s == 0.002);
  CHECK(profile.samples == 10);
  CHECK(profile.sampled_s == Approx(0.02));
  REQUIRE(profile.functions.size() == 3);
  CHECK(profile.functions[0].name == "[program]");
  CHECK(profile.functions[0].flat_samples == 8);
  CHECK(profile.functions[0].cumulative_samples == 8);
  CHECK(find(profile, "[vdso]").flat_samples == 2);
  CHECK(find(profile, "[vdso]").cumulative_samples == 5);
  CHECK(find(profile, "[vdso]").category == "kernel");
  CHECK(find(profile, "[unknown]").flat_samples == 0);
  CHECK(find(profile, "[unknown]").cumulative_samples == 5);
}

TEST_CASE("hotspots: no files, no samples, other periods") {
  const Scratch folder;
  const auto rules = CategoryRules::built_in();
  CHECK(read_sampled_profile({}, ProfileClock::wall, rules).functions.empty());
  base::write_file(folder / "empty.prof", encode({0, 3, 0, 2000, 0}, kTrailer));
  const SampledProfile none =
      read_sampled_profile({folder / "empty.prof"}, ProfileClock::wall, rules);
  CHECK(none.samples == 0);
  CHECK(none.sampled_s == 0);
  CHECK(none.functions.empty());
  base::write_file(folder / "other.prof", encode({0, 3, 0, 4000, 0}, kTrailer));
  CHECK_THROWS_WITH(
      read_sampled_profile({folder / "empty.prof", folder / "other.prof"}, ProfileClock::cpu,
                           rules),
      folder / "other.prof" + ": sampled every 4000 us, the profiles before it every 2000 us");
  CHECK_THROWS_AS(read_sampled_profile({folder / "absent.prof"}, ProfileClock::cpu, rules),
                  base::Error);
}

TEST_CASE("a real profile shows a known split, by functions that are not inlined") {
  const Scratch folder;
  std::vector<std::string> files;
  for (const char* name : {"a.prof", "b.prof"}) {
    files.push_back(folder / name);
    const std::string command =
        "env LD_PRELOAD='libgcc_s.so.1 libprofiler.so.0' TCMALLOC_STACKTRACE_METHOD=libgcc "
        "CPUPROFILE_FREQUENCY=200 PROFILE_FILE='" +
        files.back() + "' '" PROFILED_PROGRAM "' cpu 1.5 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
  }
  const SampledProfile profile =
      read_sampled_profile(files, ProfileClock::cpu,
                           CategoryRules::parse("[[cpu]]\ncategory = \"compute\"\n"
                                                "match = [\"^known::\"]",
                                                "rules"));
  check_sums(profile);
  REQUIRE(*profile.samples >= 100);
  CHECK(share(profile, "known::sixty") == Approx(0.6).margin(0.12));
  CHECK(share(profile, "known::thirty") == Approx(0.3).margin(0.12));
  CHECK(share(profile, "known::ten") == Approx(0.1).margin(0.08));
  CHECK(find(profile, "known::sixty").category == "compute");
  for (const char* caller : {"known::Round::run", "main"}) {
    INFO(caller);
    CHECK(static_cast<double>(*find(profile, caller).cumulative_samples) >=
          0.95 * static_cast<double>(*profile.samples));
  }
  for (const Function& function : profile.functions)
    CHECK(function.name.find("work_units") == std::string::npos);
}
