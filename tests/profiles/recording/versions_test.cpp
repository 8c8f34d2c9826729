// Recordings of other versions of Winnow, and what identifies a recording.
#include <algorithm>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "profiles/recording/document.h"
#include "profiles/recording/recording.h"
#include "profiles/recording/sha256.h"
#include "profiles/recording/sweep.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;
using base::Json;

Recording small_recording() {
  Recording r;
  r.created = "2026-01-02T03:04:05Z";
  r.status = RunStatus::complete;
  r.workload.scenario = "small";
  r.baseline = "one";
  r.variants.resize(1);
  r.variants[0].name = "one";
  Block block;
  block.variant = "one";
  block.iteration_wall_ns = {5, 7};
  block.region = Region{12, 1, 2, 3, 4, 5, 6};
  block.work = {{"items", 3}};
  r.blocks = {block, block};
  return r;
}

// The small recording's document, changed by a test, and read.
class File {
 public:
  File() {
    write_recording(folder_.path(), small_recording());
    json = base::parse_json(base::read_file(path()), path());
    json.erase("content_hash");  // which would tell that a test changed it
  }
  std::string path() const { return folder_ / "recording.json"; }
  Recording read() const {
    base::write_file(path(), json.text());
    return read_recording(folder_.path());
  }
  std::string error() const {
    try {
      read();
    } catch (const base::Error& error) {
      return std::string(error.what()).substr(path().size() + 2);
    }
    return "";
  }
  Json& block(size_t index) { return json["blocks"].elements()[index]; }

  Json json;

 private:
  Scratch folder_;
};

std::string stored(const std::string& name) {
  return std::string(SOURCE_ROOT) + "/tests/profiles/recording/data/" + name;
}

}  // namespace

TEST_CASE("fields that this program does not know are left out, and told of once") {
  File file;
  file.json["colour"] = "blue";
  for (size_t i = 0; i < 2; ++i) file.block(i)["regoin"] = {{"deep", 1}};
  file.block(1)["region"]["cycles"] = 7;
  const Recording r = file.read();
  CHECK(r.blocks[1].region->wall_ns == 12);
  CHECK(r.warnings == std::vector<std::string>{
                          "the recording has fields that this program does not know, and leaves "
                          "out: blocks[].region.cycles, blocks[].regoin, colour"});

  for (int i = 0; i < 1000; ++i) file.json["more" + std::to_string(i)] = i;
  const Recording many = file.read();
  REQUIRE(many.warnings.size() == 1);
  CHECK(many.warnings[0].ends_with("blocks[].regoin, colour, more0, more1 and 998 more"));
}

TEST_CASE("what lacks a figure that it cannot be without is not measured, and that is told") {
  File file;
  file.block(0)["region"].erase("wall_ns");
  file.block(1)["region"].erase("user_ns");
  const Recording r = file.read();
  CHECK_FALSE(r.blocks[0].region);
  CHECK(r.blocks[1].region->wall_ns == 12);
  CHECK_FALSE(r.blocks[1].region->user_ns);
  CHECK(r.warnings ==
        std::vector<std::string>{"parts of the recording are not whole, and count as not measured: "
                                 "blocks[0].region: wall_ns is missing"});
  // There is no block without its pass.
  file.block(1).erase("pass");
  CHECK(file.error() == "blocks[1]: pass is missing");
}

TEST_CASE("a newer minor version is read, a newer major version is one error") {
  File file;
  file.json["schema_minor"] = kRecordingMinor + 7;
  CHECK(file.read().warnings.empty());
  CHECK(file.read().blocks.size() == 2);
  file.json["schema"] = kRecordingSchema + 1;
  const std::string now = std::to_string(kRecordingSchema);
  CHECK(file.error() == "schema " + std::to_string(kRecordingSchema + 1) +
                            " is newer than this program's " + now +
                            ": it takes a newer winnow to read it");
  file.json["schema"] = 0;
  CHECK(file.error() == "schema 0 is older than this program's " + now + ", and unknown to it");
  file.json["schema"] = 1;
  file.json["schema_minor"] = -1;
  CHECK(file.error() == "schema_minor: expected a non-negative integer");
}

TEST_CASE("a document goes up step by step, by the steps that it lacks") {
  const auto note = [](Json& document, const char* step) { document["steps"].push_back(step); };
  static const auto add = note;
  const Upgrade steps[] = {{{1, 1}, [](Json& document) { add(document, "to 1.1"); }},
                           {{2, 0}, [](Json& document) { add(document, "to 2.0"); }},
                           {{2, 3}, [](Json& document) { add(document, "to 2.3"); }}};
  const Kind kind{"paper", {2, 3}, steps};
  const auto taken = [&](const std::string& version) {
    return parse_document("{" + version + ", \"steps\": []}", "file", kind)
        .json.find("steps")
        ->text();
  };
  CHECK(taken(R"("schema": 1)") == R"(["to 1.1","to 2.0","to 2.3"])");
  CHECK(taken(R"("schema": 1, "schema_minor": 1)") == R"(["to 2.0","to 2.3"])");
  CHECK(taken(R"("schema": 1, "schema_minor": 9)") == R"(["to 2.0","to 2.3"])");
  CHECK(taken(R"("schema": 2, "schema_minor": 2)") == R"(["to 2.3"])");
  CHECK(taken(R"("schema": 2, "schema_minor": 4)") == "[]");
  CHECK_THROWS_WITH(
      taken(R"("schema": 3)"),
      "file: schema 3 is newer than this program's 2: it takes a newer winnow to read it");
  // Without a step there is no way up.
  const Kind gap{"paper", {2, 3}, std::span(steps).first(1)};
  CHECK_THROWS_WITH(parse_document(R"({"schema": 1, "steps": []})", "file", gap),
                    "file: schema 1 is older than this program's 2, and unknown to it");
}

TEST_CASE("the hash of a recording is that of its content, however it is written") {
  File file;
  const std::string hash = file.read().content_hash;
  CHECK(hash.size() == std::string("sha256:").size() + 64);
  file.json["content_hash"] = hash;
  CHECK(file.read().content_hash == hash);
  CHECK(file.read().warnings.empty());
  // Another order of keys, other spaces.
  std::ranges::reverse(file.json.members());
  base::write_file(file.path(), file.json.text(3));
  const Scratch again;
  const Recording read = read_recording(std::filesystem::path(file.path()).parent_path());
  CHECK(read.content_hash == hash);
  CHECK(read.warnings.empty());
  // Written and read again.
  write_recording(again.path(), read);
  CHECK(read_recording(again.path()).content_hash == hash);
  // Another figure.
  file.block(1)["iteration_wall_ns"].elements()[0] = 6;
  const Recording changed = file.read();
  CHECK(changed.content_hash != hash);
  CHECK(changed.warnings ==
        std::vector<std::string>{"the recording was changed after it was written: its content has "
                                 "another hash than it tells"});
}

TEST_CASE("a figure's spelling does not count for the hash, its value does") {
  const auto hash = [](const char* text) { return content_hash(base::parse_json(text, "file")); };
  CHECK(hash("[5.0, 1e3, 0.5]") == hash("[5, 1000, 5e-1]"));
  CHECK(hash("[9007199254740993]") != hash("[9007199254740992]"));
  CHECK(hash("[0.5]") != hash("[0.25]"));
  CHECK(hash(R"({"a": 1, "b": 2})") == hash(R"({"b": 2, "a": 1, "content_hash": "x"})"));
  CHECK(hash(R"(["a", "b"])") != hash(R"(["b", "a"])"));
}

TEST_CASE("SHA-256 of known texts") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  CHECK(keyed_sha256("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("counters beyond 2^53 stay exact through a recording") {
  constexpr int64_t kBeyond = (int64_t{1} << 53) + 1, kMost = std::numeric_limits<int64_t>::max();
  const Scratch folder;
  Recording recording = small_recording();
  Block& block = recording.blocks[0];
  block.work = {{"beyond", kBeyond}, {"most", kMost}};
  block.kernel_macs = {{"beyond", kBeyond}, {"most", kMost}};
  block.region->voluntary_switches = kBeyond;
  block.iteration_wall_ns = {kBeyond, kMost};
  SyncProfile sync;
  sync.iterations = 1;
  sync.allocated_bytes = kMost;
  sync.allocations = kBeyond;
  sync.futex_wait = Calls{kBeyond, 1};
  recording.profiles["one"].sync = sync;
  write_recording(folder.path(), recording);
  const Recording read = read_recording(folder.path());
  CHECK(read.blocks[0].work == block.work);
  CHECK(read.blocks[0].kernel_macs == block.kernel_macs);
  CHECK(read.blocks[0].region->voluntary_switches == kBeyond);
  CHECK(read.blocks[0].iteration_wall_ns == block.iteration_wall_ns);
  CHECK(read.profiles.at("one").sync->allocated_bytes == kMost);
  CHECK(read.profiles.at("one").sync->allocations == kBeyond);
  CHECK(read.profiles.at("one").sync->futex_wait->count == kBeyond);
}

// A run of two strategies as Winnow 0.1 wrote it, cut down.
TEST_CASE("a recording of version 1.0 is read") {
  const Scratch folder;
  std::filesystem::copy_file(stored("recording-1.0.json"), folder / "recording.json");
  const Recording r = read_recording(folder.path());
  CHECK(r.content_hash.starts_with("sha256:"));
  CHECK_FALSE(r.machine_identity);
  CHECK(r.warnings.size() == 2);  // its own
  CHECK(r.workload.scenario == "ci-exact");
  CHECK(r.workload.items_per_iteration == 8);
  CHECK(r.workload.item == "text");
  CHECK(r.workload.parts == "tokens");
  CHECK(r.workload.parts_per_iteration == 58);
  CHECK(r.workload.items_hash == "7f391c19d2b4765d");
  REQUIRE(r.variants.size() == 2);
  CHECK_FALSE(r.variants[1].program_file);
  CHECK(r.variants[0].thread_terms->empty());
  REQUIRE(r.variants[1].thread_terms->size() == 1);
  const ThreadTerm& term = r.variants[1].thread_terms->front();
  CHECK(term.name == "threads");
  CHECK(term.threads == 2);
  CHECK(term.for_each == "matmuls");
  CHECK(term.times == 8);
  CHECK(term.per_item);
  REQUIRE(r.blocks.size() == 2);
  CHECK(r.blocks[0].region->cores_time->busy_ns == 50000000);
  CHECK(r.blocks[0].work.at("macs") == 71270400);
  CHECK(r.blocks[0].dispatch->at("tiles").per_iteration == 64);
  CHECK(r.profiles.at("spawn").sync->thread_create->count == 2560);
}

TEST_CASE("a sweep of version 1.0 is read") {
  const Scratch folder;
  std::filesystem::copy_file(stored("sweep-1.0.json"), folder / "sweep.json");
  const Sweep sweep = read_sweep(folder.path());
  CHECK(sweep.warnings.empty());
  CHECK(sweep.content_hash.starts_with("sha256:"));
  REQUIRE(sweep.cells.size() == 2);
  CHECK(sweep.cells[1].condition.batch == 8);
  CHECK(sweep.cells[1].blocks[0].iteration_wall_ns == std::vector<int64_t>{826103, 771932});
  CHECK(sweep.variants[0].thread_terms->empty());
  CHECK(sweep.variants[1].thread_terms->at(0).times == 8);
  // Written by this program it is of this version, and says the same.
  write_sweep(folder.path(), sweep);
  CHECK(base::read_file(folder / "sweep.json").starts_with("{\"schema\":2,"));
  CHECK(read_sweep(folder.path()).variants[1].thread_terms->at(0).name == "threads");
}
