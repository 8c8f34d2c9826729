#include "profiles/raw/run_counts.h"

#include <fmt/format.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "tests/catch.h"
#include "tests/scratch.h"

using namespace winnow::profiles;

namespace {

void callgrind_wrote(const Scratch& scratch, int pid, const std::string& total,
                     bool from_its_start) {
  winnow::base::write_file(
      scratch / fmt::format("callgrind.{}", pid),
      fmt::format("# callgrind format\npid: {}\nevents: Ir\nfn=(1) main\n3 17\n{}", pid, total));
  winnow::base::write_file(
      scratch / fmt::format("valgrind.{}", pid),
      fmt::format(
          "=={0}== Command: x\n{1}=={0}== I   refs: 1\n", pid,
          from_its_start ? "== For interactive control, run 'callgrind_control -h'.\n" : ""));
}

std::string complaint(const Scratch& scratch) {
  try {
    read_callgrind(scratch.path());
  } catch (const winnow::base::Error& error) {
    return error.what();
  }
  return "";
}

bool complains_of(const Scratch& scratch, const std::string& part) {
  return complaint(scratch).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("instructions of all processes of a run add up") {
  const Scratch scratch;
  CHECK(complains_of(scratch, "it wrote nothing"));
  callgrind_wrote(scratch, 7, "totals: 9000000000\n", true);
  callgrind_wrote(scratch, 8, "totals: 23\n", true);
  const InstructionProfile run = read_callgrind(scratch.path());
  CHECK(run.instructions == 9'000'000'023);
  CHECK(run.processes == 2);
  CHECK(run.iterations == 1);
  InstructionProfile sum;
  add_counts(run, sum);
  InstructionProfile other = run;
  other.instructions = other.fewest = other.most = 10;
  add_counts(other, sum);
  CHECK(sum.iterations == 2);
  CHECK(sum.instructions == 9'000'000'033);
  CHECK(sum.fewest == 10);
  CHECK(sum.most == 9'000'000'023);

  write_counts(scratch / kInstructionFile, sum);
  CHECK(read_instruction_file(scratch / kInstructionFile).fewest == 10);
  const FutexProfile futex{2, 3, 4, 5, 6};
  write_counts(scratch / kFutexFile, futex);
  CHECK(read_futex_file(scratch / kFutexFile).requeues == 5);
}

TEST_CASE("a forked process that goes on as its parent makes the total unknown") {
  const Scratch scratch;
  callgrind_wrote(scratch, 7, "totals: 100\n", true);
  callgrind_wrote(scratch, 8, "totals: 150\n", false);
  CHECK(complains_of(scratch, "a process from the parent's start"));
}

TEST_CASE("a file of callgrind that was cut short is no total of 0") {
  for (const char* total :
       {"", "totals:", "totals: x\n", "totals: -4\n", "totals: 99999999999999999999\n"}) {
    const Scratch scratch;
    INFO(total);
    callgrind_wrote(scratch, 7, total, true);
    CHECK(complains_of(scratch, "has no total"));
  }
}
