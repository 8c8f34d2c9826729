#include "reports/recorded/measured.h"

#include "tests/catch.h"

namespace winnow::reports {

namespace {

using profiles::Block;
using profiles::Recording;

Block block_of(const std::string& arm, Pass pass, int index, const std::string& failure = "") {
  Block block;
  block.variant = arm;
  block.pass = pass;
  block.index = index;
  block.failure = failure;
  return block;
}

// Two variants of one label, and a copy of the first.
Recording planted() {
  Recording recording;
  recording.baseline = "b";
  recording.twin = "b-again";
  recording.variants.resize(3);
  recording.variants[0].name = "a";
  recording.variants[0].label = "Fine";
  recording.variants[1].name = "b";
  recording.variants[1].label = "Fine";
  recording.variants[2].name = "c";
  recording.profiles["a"].cpu.emplace().iterations = 7;
  recording.blocks = {block_of("a", Pass::time, 0), block_of("a", Pass::time, 1, "exit status 3"),
                      block_of("b-again", Pass::time, 0), block_of("b", Pass::cpu, 0, "killed")};
  recording.missing = {{"c", Pass::heap, "not asked for"}, {"", Pass::sync, ""}};
  return recording;
}

}  // namespace

TEST_CASE("no two arms have one label, and one without a label has its name") {
  const Measured arms(planted());
  CHECK(arms.labels() == std::vector<std::string>{"Fine (a)", "Fine (b)", "c"});
  REQUIRE(arms.twin());
  CHECK(arms.twin()->label == "b-again");
  CHECK(arms.twin()->about == nullptr);
  CHECK(arms.all().size() == 4);
  CHECK(arms.find("c") == &arms[2]);
  CHECK(arms.find("d") == nullptr);
}

TEST_CASE("an arm has its comparable blocks and profiles, or the reason why not") {
  const Measured arms(planted());
  REQUIRE(arms[0].blocks(Pass::time).size() == 1);
  CHECK(arms[0].blocks(Pass::time)[0]->index == 0);
  CHECK(arms.twin()->blocks(Pass::time).size() == 1);
  CHECK(arms[0].cpu()->iterations == 7);
  CHECK_FALSE(arms[1].cpu());
  CHECK(arms[1].unavailable(Pass::cpu) == "Fine (b): unavailable: block 0 of the cpu pass: killed");
  CHECK(arms[2].reason(Pass::heap) == "not asked for");
  CHECK(arms[2].reason(Pass::sync) == "not recorded");
  CHECK(arms[2].reason(Pass::time) == "not recorded");
  CHECK(arms[2].reason(Pass::wall) == "the wall pass was not run");
  CHECK(arms.not_run(Pass::wall));
  CHECK(arms[2].not_run(Pass::wall));
  for (const Pass pass : {Pass::time, Pass::cpu, Pass::heap}) CHECK_FALSE(arms.not_run(pass));
}

TEST_CASE("what is found stays when the whole is moved, and the baseline can come first") {
  Measured arms(baseline_first(planted()));
  const Measured moved(std::move(arms));
  CHECK(moved[0].name == "b");
  CHECK(moved[1].blocks(Pass::time)[0] == &moved.recording().blocks[0]);
  CHECK(moved[1].about == &moved.recording().variants[1]);
}

}  // namespace winnow::reports
