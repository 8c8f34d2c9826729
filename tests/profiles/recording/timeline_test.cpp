#include "profiles/recording/timeline.h"

#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "tests/catch.h"
#include "tests/scratch.h"

using namespace winnow::profiles;
using winnow::base::Error;

namespace {

Timeline example() {
  return {{0, 1000},
          2500,
          {{"main", {{0, ThreadState::kOther}, {10, ThreadState::kSignalling}}},
           {"worker \"1\"", {{5, ThreadState::kWaiting}, {5, ThreadState::kEnded}}}}};
}

std::string written(const Scratch& scratch) {
  write_timeline(scratch.path(), "pool", example());
  return winnow::base::read_file(scratch / "timelines/pool.json");
}

}  // namespace

TEST_CASE("a timeline is read as it was written") {
  const Scratch scratch;
  written(scratch);
  const auto read = read_timeline(scratch.path(), "pool");
  REQUIRE(read);
  CHECK(read->iteration_begin_ns == example().iteration_begin_ns);
  CHECK(read->end_ns == 2500);
  CHECK(read->cut.empty());
  REQUIRE(read->lanes.size() == 2);
  CHECK(read->lanes[1].thread == "worker \"1\"");
  REQUIRE(read->lanes[0].events.size() == 2);
  CHECK(read->lanes[0].events[1].begin_ns == 10);
  CHECK(read->lanes[0].events[1].state == ThreadState::kSignalling);
}

TEST_CASE("a recording without a timeline has none, a name with a slash is refused") {
  const Scratch scratch;
  CHECK_FALSE(read_timeline(scratch.path(), "pool"));
  CHECK_THROWS_AS(read_timeline(scratch.path(), "../pool"), Error);
}

TEST_CASE("a damaged timeline is one clear error") {
  const Scratch scratch;
  const std::string good = written(scratch);
  const std::string path = scratch / "timelines/pool.json";
  const std::pair<std::string, std::string> damages[] = {
      {"\"schema\":1", "\"schema\":2"},
      {"[0,1000]", "[]"},
      {"[0,1000]", "[1,1000]"},
      {"[0,1000]", "[0,0]"},
      {"[0,1000]", "[0,3000]"},
      {"\"end_ns\":2500", "\"end_ns\":1000"},
      {"\"end_ns\":2500", "\"end_ns\":9007199254740992"},
      {"\"og\"", "\"o\""},
      {"\"og\"", "\"ox\""},
      {"[0,10]", "[0,9223372036854775807]"},
      {"[0,10]", "[0,-1]"},
      {"[0,10]", "[0,NaN]"},
      {"[0,10]", "[0,1.5]"},
      {"[0,10]", "[2500,1]"}};
  for (const auto& [from, to] : damages) {
    INFO(from << " -> " << to);
    const size_t at = good.find(from);
    REQUIRE(at != std::string::npos);
    winnow::base::write_file(path, std::string(good).replace(at, from.size(), to));
    CHECK_THROWS_AS(read_timeline(scratch.path(), "pool"), Error);
  }
  for (size_t size = 0; size + 2 < good.size(); size += 7) {
    INFO(size);
    winnow::base::write_file(path, good.substr(0, size));
    CHECK_THROWS_AS(read_timeline(scratch.path(), "pool"), Error);
  }
  winnow::base::write_file(path, good);
  CHECK(read_timeline(scratch.path(), "pool"));
}
