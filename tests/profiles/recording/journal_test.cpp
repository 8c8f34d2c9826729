#include "profiles/recording/journal.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "tests/catch.h"
#include "tests/scratch.h"
#include "tests/text.h"

using namespace winnow::profiles;

namespace fs = std::filesystem;

namespace {

Recording run_of_one() {
  Recording recording;
  recording.winnow_version = "test";
  recording.baseline = "a";
  recording.variants.emplace_back().name = "a";
  return recording;
}

JournalEntry entry_of(int index) {
  JournalEntry entry;
  entry.block.variant = "a";
  entry.block.index = index;
  entry.block.iteration_wall_ns = {100 + index};
  entry.samples = index;
  return entry;
}

}  // namespace

TEST_CASE("a journal is a recording at every moment") {
  const Scratch folder;
  Recording recording = run_of_one();
  recording.status = RunStatus::complete;
  Journal journal(folder.path());
  journal.note(recording);
  CHECK(recording.status == RunStatus::complete);
  CHECK(read_recording(folder.path()).status == RunStatus::interrupted);
  CHECK(read_recording(folder.path()).blocks.empty());
  for (int i = 0; i < 3; ++i) {
    journal.add(entry_of(i));
    recording.blocks.push_back(entry_of(i).block);
    const Recording read = read_recording(folder.path());
    REQUIRE(read.blocks.size() == static_cast<size_t>(i) + 1);
    CHECK(read.blocks.back().iteration_wall_ns == std::vector<int64_t>{100 + i});
    CHECK(read.warnings.empty());
    CHECK(read_journal(folder.path()).back().samples == i);
  }
  recording.warnings = {"a neighbour"};
  journal.note(recording);
  CHECK(recording.blocks.size() == 3);
  CHECK(read_recording(folder.path()).warnings == recording.warnings);
  // Written whole at the end, it has its blocks itself.
  write_recording(folder.path(), recording);
  CHECK(read_recording(folder.path()).blocks.size() == 3);
  CHECK(read_recording(folder.path()).status == RunStatus::complete);
}

TEST_CASE("what was written in part is left out, and cut off before more follows") {
  const Scratch folder;
  Recording recording = run_of_one();
  {
    Journal journal(folder.path());
    journal.note(recording);
    journal.add(entry_of(0));
  }
  const std::string file = folder / kJournal;
  std::ofstream(file, std::ios::app) << R"({"block":{"pass":"time","vari)";
  CHECK(read_journal(folder.path()).size() == 1);
  CHECK(read_recording(folder.path()).blocks.size() == 1);
  Journal(folder.path()).add(entry_of(1));
  CHECK(read_journal(folder.path()).size() == 2);
  CHECK(read_recording(folder.path()).blocks.size() == 2);
  std::ofstream(file, std::ios::app) << "no JSON\n";
  CHECK_THROWS_AS(read_journal(folder.path()), winnow::base::Error);
}

TEST_CASE("a journal that cannot be had or written is an error") {
  const Scratch folder;
  CHECK(read_journal(folder / "nowhere").empty());
  CHECK_THROWS_AS(Journal(folder / "nowhere"), winnow::base::Error);
  if (!fs::exists("/dev/full")) return;
  fs::create_symlink("/dev/full", folder / kJournal);
  CHECK_THROWS_AS(Journal(folder.path()), winnow::base::Error);
}
