// What the measuring stack writes for others: recordings, sweeps, call stacks, timelines; what a
// measured program tells of itself; and the reports that are made of it.
#include <filesystem>

#include "base/json.h"
#include "profiles/process/child_result.h"
#include "profiles/recording/hotspots.h"
#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"
#include "profiles/recording/sweep.h"
#include "profiles/recording/timeline.h"
#include "reports/exports/export.h"
#include "reports/pages/html_page.h"
#include "reports/pages/pictures.h"
#include "reports/plots/worker_lanes.h"
#include "reports/sweep/plots.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/sweep_report.h"
#include "tests/fuzz/target.h"
#include "tests/reports/samples/export_samples.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/reports/samples/picture_samples.h"
#include "tests/reports/samples/samples.h"
#include "tests/reports/samples/sweep_samples.h"

namespace winnow::fuzz {
namespace {

using namespace profiles;

// What `write` makes of a value must be read by `read` as the same.
template <class T, class Read, class Write>
void round_trip(const T& value, const std::string& file, Read&& read, Write&& write) {
  const std::string a = folder() + "/first", b = folder() + "/second";
  for (const std::string& made : {a, b}) std::filesystem::create_directories(made);
  write(a, value);
  const bool whole = reads([&] { write(b, read(a)); });
  require(whole, file + " that was written is refused");
  require_equal(bytes_of(a + "/" + file), bytes_of(b + "/" + file), file);
}

void json(std::string_view input) {
  reads([&] {
    const base::Json document = base::parse_json(input, "a.json");
    for (const std::optional<int> indent : {std::optional<int>(), std::optional<int>(2)}) {
      base::Json again;
      require(reads([&] { again = base::parse_json(document.text(indent), "b.json"); }),
              "JSON that was written is refused");
      require(again == document, "JSON is other when it is read again");
    }
  });
}

void recording(std::string_view input) {
  file_of("recording.json", input);
  reads([&] {
    round_trip(read_recording(folder()), "recording.json", read_recording, write_recording);
  });
}

// Every format; each may refuse what it cannot show.
void report(std::string_view input) {
  file_of("recording.json", input);
  reads([&] {
    const Recording recording = read_recording(folder());
    const reports::Export source = reports::make_export(recording);
    for (const reports::Format& format : reports::formats()) reads([&] { format.render(source); });
    reports::to_html(source.report, reports::read_pictures(recording, folder()));
  });
}

void sweep(std::string_view input) {
  file_of("sweep.json", input);
  reads([&] {
    const Sweep sweep = read_sweep(folder());
    round_trip(sweep, "sweep.json", read_sweep, write_sweep);
  });
}

void sweep_report(std::string_view input) {
  file_of("sweep.json", input);
  reads([&] {
    const reports::SweepReport report = reports::make_sweep_report(read_sweep(folder()));
    reports::sweep_markdown(report);
    reports::sweep_html(report);
    reports::sweep_plots(report);
  });
}

void stacks(std::string_view input) {
  Parts parts(input);
  const auto clock = static_cast<ProfileClock>(parts.byte() % 3);
  file_of("stacks/a." + word(clock) + ".json", parts.rest());
  reads([&] {
    const auto read = [&](const std::string& from) { return *read_stacks(from, "a", clock); };
    const auto write = [](const std::string& to, const Stacks& of) { write_stacks(to, "a", of); };
    const Stacks stacks = read(folder());
    round_trip(stacks, "stacks/a." + word(clock) + ".json", read, write);
    if (clock != ProfileClock::allocation) hotspots(stacks);
  });
}

void timeline(std::string_view input) {
  file_of("timelines/a.json", input);
  reads([&] {
    const auto read = [](const std::string& from) { return *read_timeline(from, "a"); };
    const auto write = [](const std::string& to, const Timeline& of) {
      write_timeline(to, "a", of);
    };
    round_trip(read(folder()), "timelines/a.json", read, write);
  });
}

// What a program told becomes a block of a recording.
void child_result(std::string_view input) {
  reads([&] {
    const ChildResult result = parse_child_result(std::string(input), "result.json");
    Recording recording;
    recording.variants.emplace_back().name = recording.baseline = "a";
    recording.blocks.push_back(result.block);
    recording.blocks.back().variant = "a";
    recording.model = result.model;
    round_trip(recording, "recording.json", read_recording, write_recording);
  });
}

template <class T, class Write>
std::string written(const T& value, const std::string& file, Write&& write) {
  const std::string to = folder() + "/seed";
  std::filesystem::create_directories(to);
  write(to, value);
  return bytes_of(to + "/" + file);
}

// Fewer blocks and functions than in a real one: what stands once is enough to change it.
Recording shortened(Recording recording) {
  std::vector<Block> blocks;
  for (const Block& block : recording.blocks)
    if (std::ranges::count_if(blocks, [&](const Block& other) {
          return other.variant == block.variant && other.pass == block.pass;
        }) < 3)
      blocks.push_back(block);
  for (Block& block : blocks)
    if (block.iteration_wall_ns.size() > 3) block.iteration_wall_ns.resize(3);
  recording.blocks = std::move(blocks);
  for (auto& [name, profiles] : recording.profiles)
    for (auto* sampled : {&profiles.cpu, &profiles.wall, &profiles.server})
      if (*sampled && (*sampled)->functions.size() > 4) (*sampled)->functions.resize(4);
  return recording;
}

std::vector<std::string> recording_seeds() {
  std::vector<std::string> seeds;
  for (const Recording& recording : {reports::realistic_recording(), reports::foreign_recording(),
                                     reports::command_recording(), reports::seed_recording()})
    seeds.push_back(
        base::parse_json(written(shortened(recording), "recording.json", write_recording), "seed")
            .text());
  seeds.push_back(bytes_of(WINNOW_SOURCE "/tests/profiles/recording/data/recording-1.0.json"));
  return seeds;
}

std::vector<std::string> sweep_seeds() {
  Sweep sweep = reports::realistic_sweep();
  std::vector<SweepCell> cells;
  for (size_t i = 0; i < sweep.cells.size(); i += sweep.cells.size() / 12 + 1) {
    cells.push_back(sweep.cells[i]);
    if (cells.back().blocks.size() > 3) cells.back().blocks.resize(3);
  }
  sweep.cells = std::move(cells);
  return {written(sweep, "sweep.json", write_sweep),
          bytes_of(WINNOW_SOURCE "/tests/profiles/recording/data/sweep-1.0.json")};
}

std::vector<std::string> stacks_seeds() {
  std::vector<std::string> seeds;
  for (const ProfileClock clock :
       {ProfileClock::cpu, ProfileClock::wall, ProfileClock::allocation}) {
    Stacks stacks{clock, 3, clock == ProfileClock::allocation ? 0 : 0.01, {}, {}};
    stacks.frames = {{"main", "a.cpp", "other", 7}, {"work", "", "compute", 0}};
    stacks.stacks = {{{1, 0}, 5, 80, 2}, {{0}, 1, 0, 0}};
    seeds.push_back(static_cast<char>(clock) + written(stacks, "stacks/a." + word(clock) + ".json",
                                                       [](const std::string& to, const Stacks& of) {
                                                         write_stacks(to, "a", of);
                                                       }));
  }
  return seeds;
}

std::vector<std::string> timeline_seeds() {
  return {written(Timeline{{0, 400},
                           900,
                           {{"main", {{0, ThreadState::kComputing}, {500, ThreadState::kWaiting}}}},
                           "cut"},
                  "timelines/a.json",
                  [](const std::string& to, const Timeline& of) { write_timeline(to, "a", of); })};
}

std::vector<std::string> child_result_seeds() {
  return {
      R"({"schema":"winnow-result/1","variant":"pool","threads":4,"threads_asked":8,
"threads_fewest":3,"cores":4,"items_per_iteration":32,"item":"text","items_hash":"5d1c","isa":"avx2",
"checksum":"ab","peak_rss_bytes":1000000,"calling_thread_works":true,
"iteration_wall_ns":[1000,1100],"setup":{"load_ns":5,"warmup_ns":6},
"region":{"wall_ns":2100,"user_ns":4000,"system_ns":100,"voluntary_switches":1,
"involuntary_switches":2,"minor_faults":3,"major_faults":0,
"cores_time":{"cores":4,"busy_ns":4100,"idle_ns":4300,"steal_ns":0}},
"work":{"tokens":200,"macs":90000},"kernel_macs":{"matmul":90000},
"dispatch":{"tiles":{"per_iteration":7,"p50_ns":2,"p99_ns":3}},
"injected":{"cause":"region","amount":10,"regions":7,"most_by_one_thread":7,"unit_p25_ns":9,
"unit_p50_ns":10,"unit_p75_ns":11,"paid_ns":70,"most_paid_ns":70},
"thread_terms":[{"name":"threads","threads":3,"for_each":"matmuls","times":4,"per_item":true}],
"model":{"name":"synthetic","file":"a.gguf","size_bytes":5,"synthetic":true,"hash":"a0"}})",
      R"({"schema":"winnow-result/1","iteration_wall_ns":[5],"region":{"wall_ns":5},
"texts_per_iteration":3,"texts_hash":"aa",
"thread_formula":{"threads_per_matmul":3,"matmuls_per_text":4,"persistent_threads":2}})"};
}

std::vector<std::string> json_seeds() {
  return {R"({"a":[1,-2,3.5,1e300,18446744073709551615,true,null,"\u00e9\n"],"b":{}})"};
}

}  // namespace

std::vector<Target> recording_targets() {
  return {{"json", json, json_seeds, Target::kJson},
          {"recording", recording, recording_seeds, Target::kJson},
          {"report", report, recording_seeds, Target::kJson},
          {"sweep", sweep, sweep_seeds, Target::kJson},
          {"sweep_report", sweep_report, sweep_seeds, Target::kJson},
          {"stacks", stacks, stacks_seeds, Target::kJson},
          {"timeline", timeline, timeline_seeds, Target::kJson},
          {"child_result", child_result, child_result_seeds, Target::kJson}};
}

}  // namespace winnow::fuzz
