#include "profiles/recording/recording.h"

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/catch.h"
#include "tests/engine_terms.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

std::string file_in(const Scratch& folder) { return folder / "recording.json"; }

TreeProfile full_tree() {
  TreeProfile tree;
  tree.iterations = 5;
  tree.wall_s = 1.5;
  tree.cpu_s = 2.25;
  tree.run_queue_s = 0.125;
  tree.voluntary_switches = 1;
  tree.involuntary_switches = 2;
  tree.processes = 3;
  tree.threads = 4;
  tree.execs = 5;
  tree.most_threads_at_once = 6;
  tree.peak_rss_bytes = 7;
  tree.unseen_ends = 8;
  tree.programs = {{"zstd", 1, 2, 0.5, 0.25}, {"[9 other names]", 3, 4, 0.75, 0.0}};
  tree.without_privilege = {"ping"};
  return tree;
}

SyncProfile full_sync() {
  SyncProfile sync;
  sync.iterations = 10;
  sync.wall_s = 2.5;
  sync.cores = 4;
  sync.thread_create = Calls{8000, 0.25};
  sync.thread_join = Calls{8000, 1.5};
  sync.condition_wait = Calls{1, 0.1};
  sync.condition_signal = Calls{2, 0.2};
  sync.condition_broadcast = Calls{3, 0.3};
  sync.mutex_contended = Calls{4, 0.4};
  sync.futex_wait = Calls{5, 0.5};
  sync.futex_wake = Calls{6, 0.6};
  sync.yield = Calls{7, 0.7};
  sync.computing = Calls{8, 0.8};
  sync.searching = Calls{9, 0.9};
  sync.waiting = Calls{10, 1.0};
  sync.signalling = Calls{11, 1.1};
  sync.allocations = 12;
  sync.allocated_bytes = 13;
  sync.frees = 14;
  sync.threads = {{"main", 1, 2.5, 2.25, 0.125, 15, 16, 1.0, 0.5, 0.25, 0.0625},
                  {"created in the region", 8000, 9.0, 8.0, {}, {}, {}, 7.0, 0, 0, 0}};
  sync.processes = {{0, 4, {{"thread_create", 3200}, {"condition_wait", 1}}},
                    {2, 6, {{"thread_create", 4800}}}};
  return sync;
}

// Every field has a value that no other field of its type has.
Recording full_recording() {
  Recording r;
  r.created = "2026-01-02T03:04:05Z";
  r.winnow_version = "0.1.0";
  r.commit = "c4677ee";
  r.status = RunStatus::complete;
  r.machine = {{"cpu_model", "A CPU", ""},
               {"governor", "", "no cpufreq here", FactState::unknown, ""},
               {"smt", "on", "", FactState::warn, "use no more threads than cores"}};
  r.roofline = Roofline{8, {{"avx2", 201.5, 802.25}, {"scalar", 0, 9.5}}, 21.5, 38.25, "measured"};
  r.workload = {"batch32", "32 texts", 32, 672, 4, 5, 20, "5d1c", "text", "tokens", "run"};
  r.model = Model{"synthetic", "synthetic.gguf", 329000000, true, "a076"};
  r.baseline = "spawn";
  r.variants = {{"spawn", "threads for every loop", "Fine-Grained", "--variant spawn",
                 "../engine-spawn", false, true, engine_terms(4, 168, 1, 2)},
                {"pool", "a pool", "", "", "", true, {}, {}}};
  r.variants[0].program_file = ProgramFile{"/bin/spawn", 4711, "5e5e", "b17d", "c0de", "a note"};
  r.variants[0].command = {"engine-spawn", "-x", "a b"};
  r.machine_identity = MachineIdentity{"f1", {"cores 8", "governor unknown"}, "05", "none"};
  Block block;
  block.pass = Pass::time;
  block.variant = "spawn";
  block.index = 1;
  block.order = 17;
  block.stderr_tail = "two\nlines";
  block.isa = "avx2";
  block.iteration_wall_ns = {251000000, std::numeric_limits<int64_t>::max()};
  block.region = Region{500, 501, 502, 503, 504, 505, 506};
  block.work = {{"macs", 136281600000}, {"tokens", 1344}};
  block.kernel_macs = {{"attention", 77}, {"matmul", 136281600001}};
  block.checksum = "9f86d081884c7d65";
  block.peak_rss_bytes = 480000000;
  block.load_ns = 300000000;
  block.warmup_ns = 250000000;
  block.raw_files = {"raw/a.prof", "raw/b.prof"};
  block.machine = BlockMachine{9.25, 1.5, 0.75, 32.5, 7000001, 2.25};
  block.disturbed = "other programs used 1.3 of 4 cores";
  block.rerun_of = 18;
  r.twin = "spawn-twin";
  r.blocks = {block, Block{}};
  SampledProfile cpu{ProfileClock::cpu, 10, 1000, 0.01, 10.0, 10.5, 2.25, 1.25, {}};
  cpu.functions = {{"operator<< <\"odd\\name\">", "compute", 1.0 / 3, 0.5, 33, 50, "libodd.so.1"},
                   {"\xE2\x88\x91 sum\x01\t", "other", {}, {}, {}, {}}};
  HeapProfile heap{11,
                   1e15,
                   21,
                   {{"Buffer Pool", 0.5, 22}, {"Other", 0, {}}},
                   {{"Model Loading", 5e8, 23}},
                   1e15 + 1,
                   24,
                   25,
                   26};
  r.profiles["spawn"] = {cpu, SampledProfile{ProfileClock::wall, 1, {}, {}, 0, {}, {}, {}, {}},
                         heap, full_sync(), full_tree()};
  r.profiles["pool"] = {};
  r.missing = {{"spawn", Pass::wall, "threads live too short"}};
  r.warnings = {"the load was high"};
  return r;
}

std::string written(const Recording& recording) {
  const Scratch folder;
  write_recording(folder.path(), recording);
  return base::read_file(file_in(folder));
}

std::string error_of(const std::string& text) {
  const Scratch folder;
  base::write_file(file_in(folder), text);
  try {
    read_recording(folder.path());
  } catch (const base::Error& error) {
    const std::string what = error.what();
    REQUIRE(what.starts_with(file_in(folder) + ": "));
    return what.substr(file_in(folder).size() + 2);
  }
  return "";
}

// The error for the full recording with the value at a JSON pointer replaced.
std::string error_with(const std::string& pointer, const nlohmann::json& value) {
  auto json = nlohmann::json::parse(written(full_recording()));
  json.at(nlohmann::json::json_pointer(pointer)) = value;
  return error_of(json.dump());
}

// The pointers of all values of a document, the root aside.
void collect_pointers(const nlohmann::json& json, const std::string& at,
                      std::vector<std::string>& pointers) {
  if (!at.empty()) pointers.push_back(at);
  if (!json.is_structured()) return;
  for (const auto& [key, value] : json.items()) collect_pointers(value, at + "/" + key, pointers);
}

}  // namespace

TEST_CASE("a recording reads back as it was written") {
  const Scratch folder;
  for (const Recording& recording : {full_recording(), Recording{}}) {
    write_recording(folder.path(), recording);
    const std::string first = base::read_file(file_in(folder));
    write_recording(folder.path(), read_recording(folder.path()));
    CHECK(base::read_file(file_in(folder)) == first);
  }
}

TEST_CASE("an A/A arm and the machine's state during a block arrive where they belong") {
  const Scratch folder;
  write_recording(folder.path(), full_recording());
  const Recording r = read_recording(folder.path());
  CHECK(r.twin == "spawn-twin");
  CHECK(r.blocks[0].disturbed == "other programs used 1.3 of 4 cores");
  CHECK(r.blocks[0].rerun_of == 18);
  const BlockMachine& machine = *r.blocks[0].machine;
  CHECK(machine.wall_s == 9.25);
  CHECK(machine.psi_cpu_some_percent == 1.5);
  CHECK(machine.steal_percent == 0.75);
  CHECK(machine.other_cpu_percent == 32.5);
  CHECK(machine.throttled_ns == 7000001);
  CHECK(machine.load_1min == 2.25);
  CHECK_FALSE(r.blocks[1].machine);
}

TEST_CASE("a recording without an A/A arm and without the machine's state is readable") {
  auto json = nlohmann::json::parse(written(full_recording()));
  json.erase("twin");
  for (const char* field : {"machine", "disturbed", "rerun_of"}) json["blocks"][0].erase(field);
  const Scratch folder;
  base::write_file(file_in(folder), json.dump());
  const Recording r = read_recording(folder.path());
  CHECK(r.twin.empty());
  CHECK(r.blocks[0].disturbed.empty());
  CHECK_FALSE(r.blocks[0].machine);
  CHECK_FALSE(r.blocks[0].rerun_of);
  CHECK(r.blocks[0].order == 17);
  CHECK(error_with("/blocks/0/disturbed", 1) == "blocks[0].disturbed: expected a string");
  CHECK(error_with("/twin", true) == "twin: expected a string");
  CHECK(error_with("/blocks/0/machine/steal_percent", -1) ==
        "blocks[0].machine.steal_percent: expected a non-negative number");
}

TEST_CASE("the fields arrive where they belong") {
  const Scratch folder;
  write_recording(folder.path(), full_recording());
  const Recording r = read_recording(folder.path());
  CHECK(r.machine[1].note == "no cpufreq here");
  CHECK_FALSE(r.machine[0].state);
  CHECK(r.machine[1].state == FactState::unknown);
  CHECK(r.machine[2].state == FactState::warn);
  CHECK(r.machine[2].advice == "use no more threads than cores");
  CHECK(r.roofline->cores == 8);
  CHECK(r.roofline->rows[0].isa == "avx2");
  CHECK(r.roofline->rows[0].one_core_gmacs == 201.5);
  CHECK(r.roofline->rows[1].all_cores_gmacs == 9.5);
  CHECK(r.roofline->one_core_read_gbs == 21.5);
  CHECK(r.roofline->all_cores_read_gbs == 38.25);
  CHECK(r.roofline->method == "measured");
  CHECK(r.machine_identity->facts[1] == "governor unknown");
  CHECK(r.machine_identity->host_id == "05");
  CHECK(r.variants[0].program_file->build_id == "b17d");
  CHECK(r.variants[0].program_file->size_bytes == 4711);
  CHECK_FALSE(r.variants[1].program_file.has_value());
  CHECK(r.workload.parts_per_iteration == 672);
  CHECK(r.workload.parts == "tokens");
  CHECK(r.workload.iteration == "run");
  CHECK(r.variants[0].command == std::vector<std::string>{"engine-spawn", "-x", "a b"});
  CHECK(r.variants[1].command.empty());
  CHECK(r.workload.items_per_iteration == 32);
  CHECK(r.workload.item == "text");
  CHECK(r.model->size_bytes == 329000000);
  CHECK(r.variants[0].thread_terms->at(0).for_each == "matmuls");
  CHECK(r.variants[0].thread_terms->at(0).times == 168);
  CHECK(r.variants[0].thread_terms->at(0).per_item);
  CHECK(r.variants[0].thread_terms->at(2).once);
  CHECK_FALSE(r.variants[1].calling_thread_works.has_value());
  CHECK(r.blocks[0].iteration_wall_ns[1] == std::numeric_limits<int64_t>::max());
  CHECK(r.blocks[0].region->major_faults == 506);
  CHECK(r.blocks[0].work.at("macs") == 136281600000);
  CHECK(r.blocks[0].kernel_macs->at("matmul") == 136281600001);
  CHECK_FALSE(r.blocks[1].kernel_macs.has_value());
  CHECK_FALSE(r.blocks[1].region.has_value());
  const VariantProfiles& profiles = r.profiles.at("spawn");
  CHECK(profiles.cpu->functions[0].name == "operator<< <\"odd\\name\">");
  CHECK(profiles.cpu->functions[0].flat_s == 1.0 / 3);
  CHECK(profiles.cpu->functions[0].module == "libodd.so.1");
  CHECK(profiles.cpu->functions[1].module.empty());
  CHECK(profiles.cpu->functions[1].name == "\xE2\x88\x91 sum\x01\t");
  CHECK_FALSE(profiles.wall->period_s.has_value());
  CHECK(profiles.heap->before_region[0].objects == 23);
  CHECK(profiles.heap->header_bytes == 1e15 + 1);
  CHECK(profiles.sync->condition_broadcast->count == 3);
  CHECK(profiles.sync->threads[0].signalling_s == 0.0625);
  CHECK_FALSE(profiles.sync->threads[1].run_queue_s.has_value());
  CHECK_FALSE(r.profiles.at("pool").sync.has_value());
}

TEST_CASE("what was not measured is absent from the file, not null") {
  CHECK(written(full_recording()).find("null") == std::string::npos);
  CHECK(written(Recording{}).find("\"model\"") == std::string::npos);
}

TEST_CASE("keys keep their order and lines are indented") {
  const std::string text = written(full_recording());
  CHECK(text.starts_with("{\n  \"schema\": 2,\n"));
  CHECK(text.find("\"schema\"") < text.find("\n  \"content_hash\": \"sha256:"));
  CHECK(text.find("\"content_hash\"") < text.find("\"created\""));
  CHECK(text.find("\"machine\"") < text.find("\"workload\""));
  CHECK(text.find("\n  \"variants\"") < text.find("\n  \"blocks\""));
  CHECK(text.ends_with("}\n"));
}

TEST_CASE("bytes that are not UTF-8 survive as replacement characters") {
  Recording recording;
  recording.warnings = {"a\xFFz"};
  const Scratch folder;
  write_recording(folder.path(), recording);
  CHECK(read_recording(folder.path()).warnings[0] == "a\xEF\xBF\xBDz");
}

TEST_CASE("an error names the place inside the document") {
  CHECK(error_with("/blocks/0/iteration_wall_ns/0", -1) ==
        "blocks[0].iteration_wall_ns[0]: expected a non-negative integer");
  CHECK(error_with("/blocks/0/index", 5000000000) == "blocks[0].index: larger than 2147483647");
  CHECK(error_with("/blocks/0/work/tokens", 1.5) ==
        "blocks[0].work.tokens: expected a non-negative integer");
  CHECK(error_with("/profiles/spawn/cpu/sampled_s", -0.5) ==
        "profiles.spawn.cpu.sampled_s: expected a non-negative number");
  CHECK(error_with("/profiles/spawn/cpu/sampled_s", "1") ==
        "profiles.spawn.cpu.sampled_s: expected a number");
  CHECK(error_with("/variants/1/persistent_threads", 1) ==
        "variants[1].persistent_threads: expected true or false");
  CHECK(error_with("/workload", nlohmann::json::array()) == "workload: expected an object");
  CHECK(error_with("/warnings", "text") == "warnings: expected an array");
  CHECK(error_with("/model", nullptr) == "model: expected an object");
  CHECK(error_with("/schema", 7) ==
        "schema 7 is newer than this program's 2: it takes a newer winnow to read it");
  CHECK(error_with("/schema", 0) == "schema 0 is older than this program's 2, and unknown to it");
  CHECK(error_with("/schema", "1") == "schema: expected a non-negative integer");

  auto json = nlohmann::json::parse(written(full_recording()));
  json["blocks"][1].erase("pass");
  CHECK(error_of(json.dump()) == "blocks[1]: pass is missing");
}

TEST_CASE("a word that is none of a closed set is an error that lists them") {
  CHECK(error_with("/status", "perhaps") ==
        "status: expected one of complete, interrupted, incomplete, invalid");
  CHECK(error_with("/status", 1) ==
        "status: expected one of complete, interrupted, incomplete, invalid");
  CHECK(error_with("/blocks/0/pass", "gpu") ==
        "blocks[0].pass: expected one of time, cpu, wall, heap, sync, exact, tree, futex, count");
  CHECK(error_with("/blocks/0/status", "") == "blocks[0].status: expected a text");
  CHECK(error_with("/missing/0/pass", "gpu") ==
        "missing[0].pass: expected one of time, cpu, wall, heap, sync, exact, tree, futex, count");
}

TEST_CASE("what failed, and that no verdict was asked for, is read as it was written") {
  const Scratch folder;
  Recording recording = full_recording();
  recording.blocks[0].failure = "exit status 3";
  recording.missing.push_back({"", std::nullopt, "a quick look"});
  write_recording(folder.path(), recording);
  const auto json = nlohmann::json::parse(base::read_file(file_in(folder)));
  CHECK(json["blocks"][0]["status"] == "exit status 3");
  CHECK(json["blocks"][1]["status"] == "ok");
  CHECK(json["missing"].back()["pass"] == "verdict");
  const Recording read = read_recording(folder.path());
  CHECK(read.blocks[0].failure == "exit status 3");
  CHECK(read.blocks[1].ok());
  CHECK_FALSE(read.missing.back().pass);
}

TEST_CASE("a recording without roofline and multiply-accumulates of kernels is read") {
  const Scratch folder;
  auto json = nlohmann::json::parse(written(full_recording()));
  REQUIRE(json.erase("roofline") == 1);
  REQUIRE(json["blocks"][0].erase("kernel_macs") == 1);
  base::write_file(file_in(folder), json.dump());
  const Recording r = read_recording(folder.path());
  CHECK_FALSE(r.roofline.has_value());
  CHECK_FALSE(r.blocks[0].kernel_macs.has_value());
}

TEST_CASE("a roofline may lack figures, but has none that cannot be") {
  auto json = nlohmann::json::parse(written(full_recording()));
  json["roofline"].erase("one_core_read_gbs");
  CHECK(error_of(json.dump()).empty());

  CHECK(error_with("/roofline/cores", -1) == "roofline.cores: expected a non-negative integer");
  CHECK(error_with("/roofline/cores", 5000000000) == "roofline.cores: larger than 2147483647");
  CHECK(error_with("/roofline/rows/0/one_core_gmacs", -1.0) ==
        "roofline.rows[0].one_core_gmacs: expected a non-negative number");
  CHECK(error_with("/roofline/rows/1", 7) == "roofline.rows[1]: expected an object");
  CHECK(error_with("/roofline/rows/1/isa", 7) == "roofline.rows[1].isa: expected a string");
  CHECK(error_with("/roofline/all_cores_read_gbs", "fast") ==
        "roofline.all_cores_read_gbs: expected a number");
  CHECK(error_with("/roofline", nlohmann::json::array()) == "roofline: expected an object");
  CHECK(error_with("/blocks/0/kernel_macs/matmul", -1) ==
        "blocks[0].kernel_macs.matmul: expected a non-negative integer");
  CHECK(error_with("/blocks/0/kernel_macs", 7) == "blocks[0].kernel_macs: expected an object");
}

TEST_CASE("every value is checked: none may have another type") {
  const auto json = nlohmann::json::parse(written(full_recording()));
  std::vector<std::string> pointers;
  collect_pointers(json, "", pointers);
  REQUIRE(pointers.size() > 150);
  const Scratch folder;
  for (const std::string& pointer : pointers) {
    INFO(pointer);
    auto changed = json;
    changed.at(nlohmann::json::json_pointer(pointer)) = nullptr;
    CHECK_FALSE(error_of(changed.dump()).empty());
  }
}

TEST_CASE("a document that is no recording is refused") {
  CHECK(error_of("") == "line 1: not JSON");
  CHECK(error_of("{\n\"schema\": 1,\n]") == "line 3: not JSON");
  CHECK(error_of("{\"schema\": 1, \"created\": 1, \"created\": 2}") ==
        "the key \"created\" stands twice in an object");
  CHECK(error_of("{\"schema\": 1, \"created\": \"\xFF\"}") == "line 1: not JSON");
  CHECK(error_of("[]") == "not a recording: it has no schema");
  CHECK(error_of("{}") == "not a recording: it has no schema");
  CHECK(error_of("{\"schema\": 1e999}") == "a number is out of range");
  CHECK(error_of(std::string(1000000, '[')) == "nested too deeply");
  CHECK_THROWS_AS(read_recording("/nonexistent"), base::Error);
}

TEST_CASE("a recording cut anywhere is refused") {
  Recording small;
  small.warnings = {"one"};
  const std::string text = written(small);
  for (size_t length = 0; length + 2 < text.size(); ++length) {
    INFO(length);
    CHECK_FALSE(error_of(text.substr(0, length)).empty());
  }
}

TEST_CASE("a figure that no reader accepts keeps no file from being written") {
  const Scratch folder;
  Recording recording = full_recording();
  recording.profiles["spawn"].cpu->sampled_s = std::numeric_limits<double>::quiet_NaN();
  write_recording(folder.path(), recording);
  CHECK_THROWS_WITH(read_recording(folder.path()),
                    file_in(folder) + ": profiles.spawn.cpu.sampled_s: expected a number");
}
