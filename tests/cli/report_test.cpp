#include "base/file.h"
#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"
#include "tests/catch.h"
#include "tests/cli/program.h"
#include "tests/text.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

// Two variants with sampled stacks, and files of other stacks that are broken.
void write_sample(const Scratch& scratch) {
  profiles::Recording recording;
  recording.status = profiles::RunStatus::complete;
  recording.workload.scenario = "small";
  recording.baseline = "spawn";
  for (const char* name : {"spawn", "pool"}) {
    recording.variants.emplace_back().name = name;
    profiles::Stacks stacks{
        profiles::ProfileClock::cpu, 8, 0.02, {{"work", "a.cpp", "other", 7}}, {}};
    stacks.stacks = {{{0}, 5, 0, 0}};
    profiles::write_stacks(scratch / "out", name, stacks);
    base::write_file(scratch / ("out/stacks/" + std::string(name) + ".wall.json"), "{}");
  }
  profiles::write_recording(scratch / "out", recording);
  fs::create_directories(scratch / "out/timelines");
  base::write_file(scratch / "out/timelines/pool.json", "{}");
}

}  // namespace

TEST_CASE("report reads no file that the format, clock and variant do not show") {
  const Scratch scratch;
  fs::create_directories(scratch / "out");
  write_sample(scratch);
  const auto run = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"report", "out", "--format"});
    return testing::winnow(scratch, options);
  };
  const auto both = run({"collapsed"});
  CHECK(both.status == 0);
  CHECK(both.out == "spawn;work 5\npool;work 5\n");
  const auto broken = run({"collapsed", "--clock", "wall"});
  CHECK(broken.status == 3);
  CHECK(has(broken.err, "spawn.wall.json: not a file of call stacks"));
  CHECK(run({"speedscope"}).status == 3);
  CHECK(run({"csv"}).status == 0);

  base::write_file(scratch / "out/stacks/spawn.cpu.json", "{}");
  CHECK(run({"collapsed"}).status == 3);
  CHECK(run({"collapsed", "--variant", "pool"}).out == "pool;work 5\n");
  CHECK(run({"pprof", "--variant", "pool", "--out", "pool.pb.gz"}).status == 0);
  CHECK(fs::file_size(scratch / "pool.pb.gz") > 0);
  CHECK(run({"collapsed", "--variant", ""}).status == 2);
}
