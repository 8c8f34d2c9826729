// A sweep the whole way, on a model that is made in milliseconds.
#include <signal.h>

#include <chrono>
#include <thread>

#include "base/file.h"
#include "profiles/recording/sweep.h"
#include "tests/catch.h"
#include "tests/cli/program.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

struct TinySweep : testing::TinyModel {
  TinySweep()
      : TinyModel("run",
                  "name = 'matrix'\n"
                  "texts = ['one two', 'three words here']\n"
                  "[sweep]\n"
                  "batch = [1, 3]\n"
                  "threads = [1, 2]\n"
                  "variants = ['spawn', 'pool']\n"
                  "blocks = 1\n"
                  "iterations = 2\n"
                  "[[mixes]]\n"
                  "name = 'plain'\n"
                  "[[mixes]]\n"
                  "name = 'made'\n"
                  "lengths = [2, 5]\n") {}
  profiles::Sweep sweep() const { return profiles::read_sweep(*this / "out/matrix"); }
};

size_t block_count(const profiles::Sweep& sweep) {
  size_t count = 0;
  for (const auto& cell : sweep.cells) count += cell.blocks.size();
  return count;
}

}  // namespace

TEST_CASE("a sweep measures every cell of the matrix, and its report is printed and kept") {
  const TinySweep tiny;
  const auto result = tiny.run({});
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(base::read_file(tiny / "out/matrix/report.md") == result.out);
  CHECK(testing::winnow(tiny, {"report", "out/matrix"}).out == result.out);
  const profiles::Sweep sweep = tiny.sweep();
  CHECK(sweep.status == profiles::RunStatus::complete);
  CHECK(sweep.roofline.has_value());
  REQUIRE(sweep.model.has_value());
  CHECK(sweep.model->synthetic == true);
  REQUIRE(sweep.cells.size() == 16);
  for (size_t i = 0; i < sweep.cells.size(); i += 2) {
    REQUIRE(sweep.cells[i].blocks.size() == 1);
    const profiles::SweepBlock &spawn = sweep.cells[i].blocks[0],
                               &pool = sweep.cells[i + 1].blocks.at(0);
    CHECK(spawn.ok());
    CHECK(spawn.iteration_wall_ns.size() == 2);
    CHECK(spawn.checksum == pool.checksum);
    CHECK(spawn.tokens == pool.tokens);
    CHECK(spawn.macs == pool.macs);
  }
  // What a cell ran can be profiled.
  CHECK(testing::winnow(
            tiny, {"run", "out/matrix/scenarios/made-3.toml", "--model", "tiny.gguf", "--passes",
                   "time", "--iterations", "2", "--blocks", "1", "--no-verdict"})
            .status == 0);

  CHECK(tiny.run({}).status == 2);
  CHECK(tiny.run({"--dry-run"}).status == 2);
  CHECK(tiny.run({"--resume", "--batch", "3", "--threads", "2", "--mixes", "made", "--blocks", "3"})
            .status == 0);
  CHECK(block_count(tiny.sweep()) == 20);
  CHECK(tiny.run({"--resume", "--isa", "scalar"}).status == 2);
  CHECK(tiny.run({"--force", "--isa", "scalar", "--variants", "pool", "--batch", "1", "--budget",
                  "60s", "--iterations", "1", "--threads", "1"})
            .status == 0);
  CHECK(tiny.sweep().cells.size() == 2);
  CHECK(block_count(tiny.sweep()) >= 2);
}

TEST_CASE("an interrupted sweep ends with status 130 and is continued by the same command") {
  const TinySweep tiny;
  const pid_t harness = tiny.start({"--blocks", "500"});
  size_t blocks = 0;
  for (int i = 0; i < 20'000 && blocks < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (fs::exists(tiny / "out/matrix/sweep.json")) blocks = block_count(tiny.sweep());
  }
  ::kill(harness, SIGTERM);
  CHECK(testing::wait(tiny, harness).status == 130);
  const profiles::Sweep before = tiny.sweep();
  CHECK(before.status == profiles::RunStatus::interrupted);
  CHECK(block_count(before) >= 3);
  CHECK(tiny.run({"--blocks", "2"}).status == 0);
  const profiles::Sweep after = tiny.sweep();
  CHECK(after.created == before.created);
  for (size_t i = 0; i < before.cells.size(); ++i)
    for (size_t k = 0; k < before.cells[i].blocks.size(); ++k)
      CHECK(after.cells[i].blocks[k].iteration_wall_ns ==
            before.cells[i].blocks[k].iteration_wall_ns);
}

TEST_CASE("a sweep that cannot start writes nothing") {
  const TinySweep tiny;
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{{"--variants", "pool,nope"},
                                             {"--mixes", "nope"},
                                             {"--batch", "0"},
                                             {"--batch", "1,x"},
                                             {"--threads", "2000"},
                                             {"--passes", "time"},
                                             {"--budget", "10"},
                                             {"--budget", "-1s"},
                                             {"--budget", "nanm"},
                                             {"--budget", "9m", "--blocks", "2"},
                                             {"--resume", "--force"}}) {
    INFO(options[0] << " " << options.back());
    CHECK(tiny.run(options).status == 2);
  }
  CHECK_FALSE(fs::exists(tiny / "out"));
  base::write_file(tiny / "plain.toml",
                   "name = 'p'\ntexts = ['a']\niterations = 1\nblocks = 1\npasses = ['time']\n"
                   "[[variants]]\nname = 'pool'\n");
  const auto result =
      testing::winnow(tiny, {"run", "plain.toml", "--model", "tiny.gguf", "--resume"});
  CHECK(result.status == 2);
  CHECK(result.err.find("--resume: only for a sweep") != std::string::npos);
}
