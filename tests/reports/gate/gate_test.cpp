#include "reports/gate/gate.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "reports/gate/exact.h"
#include "reports/gate/json.h"
#include "reports/gate/verdict.h"
#include "reports/gate/words.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/reports/samples/gate_samples.h"

using namespace winnow;
using namespace winnow::reports;
using profiles::Recording;

namespace {

using Change = std::function<void(Recording&)>;

GateReport gate(const Change& change, const std::vector<GateRule>& rules = {}) {
  Recording candidate = gate_recording();
  change(candidate);
  return gate_recordings(gate_recording(), candidate, rules, {"before", "after"});
}

profiles::SyncProfile& sync_of(Recording& recording, const std::string& variant) {
  return recording.profiles.at(variant).sync.value();
}

void each_block(Recording& recording, const std::string& variant,
                const std::function<void(profiles::Block&)>& change) {
  for (auto& block : recording.blocks)
    if (block.variant == variant) change(block);
}

}  // namespace

TEST_CASE("the same recording passes its own gate") {
  const GateReport report = gate([](Recording&) {});
  CHECK(report.outcome == GateOutcome::kPass);
  CHECK(exit_status_of(report.outcome) == 0);
  CHECK(report.rows.size() > 10);
  for (const GateRow& row : report.rows) CHECK_FALSE(row.moved());
}

TEST_CASE("every exact counter that rises is a regression, the row and its variant named first") {
  struct Planted {
    const char* metric;
    Change change;
  };
  const std::vector<Planted> planted = {
      {"allocations",
       [](Recording& r) {
         auto& sync = sync_of(r, "pool");
         *sync.allocations += int64_t{sync.iterations} * r.workload.items_per_iteration;
       }},
      {"allocated_bytes", [](Recording& r) { *sync_of(r, "pool").allocated_bytes += 1; }},
      {"thread_creations",
       [](Recording& r) {
         auto& sync = sync_of(r, "pool");
         sync.thread_create->count += sync.iterations;
       }},
      {"regions.tiles",
       [](Recording& r) {
         each_block(r, "pool", [](auto& block) {
           if (block.dispatch) block.dispatch->at("tiles").per_iteration += 1;
         });
       }},
      {"regions.rows",
       [](Recording& r) {
         each_block(r, "pool", [](auto& block) {
           if (block.dispatch) (*block.dispatch)["rows"] = {1, 10, 20};
         });
       }},
  };
  for (const Planted& each : planted) {
    INFO(each.metric);
    const GateReport report = gate(each.change);
    CHECK(report.outcome == GateOutcome::kRegression);
    CHECK(exit_status_of(report.outcome) == 1);
    CHECK(report.rows.front().metric == each.metric);
    CHECK(report.rows.front().variant == "pool");
    CHECK(report.sentence.find(std::string("pool: ") + each.metric + " rose from") == 0);
  }
}

TEST_CASE("a counter beyond 2^53 that changed by one is seen, and shown as it was counted") {
  const auto counted = [](int64_t macs) {
    Recording recording = gate_recording();
    for (auto& block : recording.blocks) block.work["macs"] = macs;
    return recording;
  };
  constexpr int64_t kEven = int64_t{1} << 53;
  const Recording before = counted(kEven);
  CHECK(gate_recordings(before, counted(kEven), {}, {"a", "b"}).outcome == GateOutcome::kPass);
  const GateReport report = gate_recordings(before, counted(kEven + 1), {}, {"a", "b"});
  CHECK(report.outcome == GateOutcome::kInvalid);
  CHECK(report.rows.front().metric == "work.macs");
  CHECK(report.rows.front().status == GateStatus::kChanged);
  CHECK(report.rows.front().baseline_text.starts_with("9007199254740992"));
  CHECK(report.rows.front().candidate_text.starts_with("9007199254740993"));
}

TEST_CASE("no counter is so large that a rise by one is not seen, nor taken for a fall") {
  constexpr int64_t kLarge = int64_t{1} << 60;
  const auto counted = [](int64_t count, int iterations) {
    Recording recording = gate_recording();
    auto& sync = sync_of(recording, "pool");
    sync.iterations = iterations;
    sync.thread_create->count = sync.allocated_bytes.emplace(count);
    return recording;
  };
  const auto status_of = [&](const Recording& before, const Recording& after, const char* metric,
                             const std::vector<GateRule>& rules = {}) {
    const GateReport report = gate_recordings(before, after, rules, {"a", "b"});
    const auto row = std::ranges::find_if(report.rows, [&](const GateRow& each) {
      return each.variant == "pool" && each.metric == metric;
    });
    REQUIRE(row != report.rows.end());
    return std::pair(row->status, row_sentence(*row));
  };
  const Recording large = counted(kLarge, 1), next = counted(kLarge + 1, 1);
  for (const char* metric : {"thread_creations", "allocated_bytes"}) {
    INFO(metric);
    CHECK(status_of(large, large, metric).first == GateStatus::kEqual);
    const auto [rose, rise] = status_of(large, next, metric);
    CHECK(rose == GateStatus::kRegression);
    CHECK(rise.find(" rose from 1152921504606846976") != std::string::npos);
    CHECK(rise.find(" to 1152921504606846977") != std::string::npos);
    const auto [fell, fall] = status_of(next, large, metric);
    CHECK(fell == GateStatus::kImproved);
    CHECK(fall.find(" fell from 1152921504606846977") != std::string::npos);
  }
  // As many an iteration, of another number of them.
  CHECK(status_of(large, counted(2 * kLarge, 2), "thread_creations").first == GateStatus::kEqual);
  CHECK(status_of(large, counted(2 * kLarge + 1, 2), "thread_creations").first ==
        GateStatus::kRegression);
  GateRule rule = gate_rule("thread_creations", "pool");
  rule.rise = 1;
  CHECK(status_of(large, next, "thread_creations", {rule}).first == GateStatus::kAllowed);
  CHECK(status_of(large, counted(kLarge + 2, 1), "thread_creations", {rule}).first ==
        GateStatus::kRegression);
}

TEST_CASE("counters that scheduling makes vary decide only where it bounds them or a rule does") {
  const Recording source = [] {
    Recording r = gate_recording();
    for (auto& [variant, profiles] : r.profiles) {
      profiles.sync->mutex_contended = profiles.sync->yield = profiles.sync->condition_wait =
          profiles.sync->condition_signal = profiles::Calls{100, 1};
      profiles.sync->condition_broadcast = profiles::Calls{0, 0};
      profiles.sync->futex_wait = profiles.sync->futex_wake = profiles::Calls{0, 0};
    }
    return r;
  }();
  const auto gate_as = [&](const std::string& variant, const std::string& metric, double factor,
                           const std::vector<GateRule>& rules) {
    Recording before = source;
    before.variants[1].name = variant;
    each_block(before, "pool", [&](auto& block) { block.variant = variant; });
    const auto profiles = before.profiles.at("pool");
    before.profiles.erase("pool");
    before.profiles[variant] = profiles;
    Recording after = before;
    auto& sync = *after.profiles[variant].sync;
    auto& calls = metric == "waits"     ? sync.condition_wait
                  : metric == "wakeups" ? sync.condition_signal
                  : metric == "yields"  ? sync.yield
                                        : sync.mutex_contended;
    calls->count = static_cast<int64_t>(100 * factor);
    return gate_recordings(before, after, rules, {"before", "after"});
  };
  for (const char* metric : {"waits", "wakeups", "contended_mutexes", "yields"}) {
    INFO(metric);
    CHECK(gate_as("steal", metric, 1000, {}).outcome == GateOutcome::kPass);
    CHECK(gate_as("serial", metric, 1.01, {}).outcome == GateOutcome::kRegression);
    GateRule checked = gate_rule(metric, "steal");
    checked.check = true;
    checked.rise_percent = 50;
    CHECK(gate_as("steal", metric, 1.5, {checked}).outcome == GateOutcome::kPass);
    CHECK(gate_as("steal", metric, 1.6, {checked}).outcome == GateOutcome::kRegression);
  }
}

TEST_CASE("a counter that falls is an improvement, and passes") {
  const GateReport report = gate([](Recording& r) { *sync_of(r, "spawn").allocations -= 64; });
  CHECK(report.outcome == GateOutcome::kPass);
  CHECK(row_for(report, "allocations", "spawn").status == GateStatus::kImproved);
}

TEST_CASE("other work or another result is invalid, unless a rule expects it") {
  struct Planted {
    const char* metric;
    Change change;
  };
  const auto for_all = [](const std::function<void(profiles::Block&)>& change) {
    return [change](Recording& r) {
      for (auto& block : r.blocks) change(block);
    };
  };
  const std::vector<Planted> planted = {
      {"work.tokens", for_all([](auto& block) {
         if (block.work.contains("tokens"))
           block.work["tokens"] += static_cast<int64_t>(block.iteration_wall_ns.size());
       })},
      {"work.new", for_all([](auto& block) {
         block.work["new"] = static_cast<int64_t>(block.iteration_wall_ns.size());
       })},
      {"checksum", for_all([](auto& block) { block.checksum = "0123456789abcdef"; })},
  };
  for (const Planted& each : planted) {
    INFO(each.metric);
    if (std::string(each.metric) == "work.new") {
      // More is counted than before: told, and nothing to hold it against.
      const GateReport report = gate(each.change);
      CHECK(report.outcome == GateOutcome::kPass);
      CHECK(row_for(report, "work.new", "pool").status == GateStatus::kUnchecked);
      continue;
    }
    const GateReport report = gate(each.change);
    CHECK(report.outcome == GateOutcome::kInvalid);
    CHECK(exit_status_of(report.outcome) == 3);
    CHECK(report.rows.front().metric == each.metric);
    GateRule expected = gate_rule(each.metric, "*");
    expected.may_change = true;
    CHECK(gate(each.change, {expected}).outcome == GateOutcome::kPass);
  }
}

TEST_CASE("checksums of two instruction sets are not compared") {
  const GateReport report = gate([](Recording& r) {
    for (auto& block : r.blocks) {
      block.isa = "avx2";
      block.checksum = "0123456789abcdef";
    }
  });
  CHECK(report.outcome == GateOutcome::kPass);
  CHECK(row_for(report, "checksum", "pool").status == GateStatus::kUnchecked);
}

TEST_CASE("what the candidate did not measure is invalid, not passed over") {
  const std::vector<Change> planted = {
      [](Recording& r) { r.profiles.at("pool").sync.reset(); },
      [](Recording& r) { sync_of(r, "pool").allocations.reset(); },
      [](Recording& r) { each_block(r, "pool", [](auto& block) { block.work.clear(); }); },
      [](Recording& r) {
        for (auto& block : r.blocks) block.checksum.clear();
      },
      [](Recording& r) { r.variants.pop_back(); },
      [](Recording& r) { r.blocks.back().failure = "signal 11"; },
      [](Recording& r) { r.blocks.front().work["tokens"] += 1; },
  };
  for (size_t i = 0; i < planted.size(); ++i) {
    INFO(i);
    CHECK(gate(planted[i]).outcome == GateOutcome::kInvalid);
  }
}

TEST_CASE("another input is no comparable baseline, never a pass") {
  const std::vector<Change> planted = {
      [](Recording& r) { r.workload.scenario = "other"; },
      [](Recording& r) { r.workload.items_hash = "5d1d"; },
      [](Recording& r) { r.workload.items_hash.reset(); },
      [](Recording& r) { r.workload.items_per_iteration = 8; },
      [](Recording& r) { r.workload.threads = 2; },
      [](Recording& r) { r.workload.iterations_per_block += 1; },
      [](Recording& r) { r.model->size_bytes = 1; },
      [](Recording& r) { r.model->hash = "a077"; },
      [](Recording& r) { r.model.reset(); },
  };
  for (size_t i = 0; i < planted.size(); ++i) {
    INFO(i);
    const GateReport report = gate(planted[i]);
    CHECK(report.outcome == GateOutcome::kNoBaseline);
    CHECK(exit_status_of(report.outcome) == 4);
    CHECK(report.rows.empty());
  }
  Recording strange = gate_recording();
  for (auto& variant : strange.variants) variant.name = "not-" + variant.name;
  for (auto& block : strange.blocks) block.variant = "not-" + block.variant;
  const Recording candidate = gate_recording();
  CHECK(gate_recordings(strange, candidate, {}, {"a", "b"}).outcome != GateOutcome::kPass);
}

TEST_CASE("a baseline of another machine is compared by its counters, and that is said") {
  const GateReport other = gate([](Recording& r) { r.machine.front().value = "Another CPU"; });
  CHECK(other.outcome == GateOutcome::kPass);
  CHECK(other.baseline.fingerprint != other.candidate.fingerprint);
  CHECK(other.notes.front().find("another machine (Intel(R) Xeon(R)") != std::string::npos);
  CHECK(gate([](Recording&) {}).notes.front().find("did not alternate") != std::string::npos);
}

TEST_CASE("an empty recording is an error, on either side") {
  Recording empty = gate_recording();
  empty.blocks.clear();
  CHECK_THROWS_AS(gate_recordings(empty, gate_recording(), {}, {"a", "b"}), base::Error);
  CHECK_THROWS_AS(gate_recordings(gate_recording(), empty, {}, {"a", "b"}), base::Error);
  CHECK_THROWS_WITH(gate_recordings(gate_recording(), empty, {}, {"a", "b"}),
                    "b: an empty recording: no block was run");
  Recording failed = gate_recording();
  for (auto& block : failed.blocks) {
    block.failure = "exit status 7";
    block.stderr_tail = "first line\ncannot open model.bin";
  }
  const auto& first = failed.blocks.front();
  CHECK_THROWS_WITH(gate_recordings(gate_recording(), failed, {}, {"a", "b"}),
                    "b: no block ended well; the first, " + word(first.pass) + " block 0 of " +
                        first.variant + ": exit status 7: first line / cannot open model.bin");
  Recording still = gate_recording();
  still.profiles.at("pool").sync->iterations = 0;
  CHECK_THROWS_AS(gate_recordings(gate_recording(), still, {}, {"a", "b"}), base::Error);
}

TEST_CASE("rules allow a rise, a range, and leave metrics out; the last one holds") {
  const Change one_more = [](Recording& r) {
    auto& sync = sync_of(r, "pool");
    *sync.allocations += int64_t{sync.iterations} * r.workload.items_per_iteration;
  };
  const auto with = [&](const std::function<void(GateRule&)>& set) {
    GateRule allowed = gate_rule("alloc*", "po?l");
    set(allowed);
    return gate(one_more, {allowed}).outcome;
  };
  CHECK(with([](GateRule& r) { r.rise = 1; }) == GateOutcome::kPass);
  CHECK(with([](GateRule& r) { r.rise = 0.99; }) == GateOutcome::kRegression);
  CHECK(with([](GateRule& r) { r.rise_percent = 1000; }) == GateOutcome::kPass);
  CHECK(with([](GateRule& r) { r.check = false; }) == GateOutcome::kPass);
  CHECK(with([](GateRule& r) { r.range = {0, 1e9}; }) == GateOutcome::kPass);
  CHECK(with([](GateRule& r) { r.range = {0, 1e-3}; }) == GateOutcome::kRegression);
  GateRule off = gate_rule("*", "*"), on = gate_rule("allocations", "pool");
  off.check = false;
  on.check = true;
  CHECK(gate(one_more, {off, on}).outcome == GateOutcome::kRegression);
  CHECK(gate(one_more, {on, off}).outcome == GateOutcome::kNoBaseline);  // nothing is left
}

TEST_CASE("a rule that takes nothing is a usage error that names it") {
  for (const auto& [metric, variant] : {std::pair("alocations", "*"), std::pair("waits", "steal"),
                                        std::pair("work.flops", "*"), std::pair("regions.x", "*")})
    CHECK_THROWS_AS(gate([](Recording&) {}, {gate_rule(metric, variant)}), base::UsageError);
  CHECK_THROWS_WITH(gate([](Recording&) {}, {gate_rule("alocations", "*")}),
                    "gates.toml: line 1: the rule for metric \"alocations\" of variant \"*\" takes "
                    "nothing that was measured");
  CHECK(gate([](Recording&) {}, {gate_rule("wall_time", "pool")}).outcome == GateOutcome::kPass);
  const std::vector<GateRule> later{gate_rule("work.flops", "pool")};
  check_rules_used(later, {"pool"}, {});  // before a run it may still come
  CHECK_THROWS_AS(check_rules_used(later, {"spawn"}, {}), base::UsageError);
}

TEST_CASE("verdict.json names the outcome, its exit status and every row") {
  const GateReport report = gate([](Recording& r) { *sync_of(r, "pool").allocated_bytes += 1; });
  const auto json = nlohmann::json::parse(gate_json(report));
  CHECK(json["schema"] == "winnow-verdict/1");
  CHECK(json["verdict"] == "regression");
  CHECK(json["exit_status"] == 1);
  CHECK(json["rows"].size() == report.rows.size());
  CHECK(json["rows"][0]["metric"] == "allocated_bytes");
  CHECK(json["rows"][0]["status"] == "regression");
  CHECK(json["rows"][0]["candidate"].get<double>() > json["rows"][0]["baseline"].get<double>());
}

TEST_CASE(
    "counts of commands are exact where each run had as many, and their output is their work") {
  const auto gate_commands = [](const Change& change) {
    Recording before = command_recording(), after = before;
    for (Recording* recording : {&before, &after})
      for (auto& [name, found] : recording->profiles) {
        found.tree->threads = 2 * found.tree->iterations;
        found.tree->processes = found.tree->iterations;
        found.tree->execs = 3 * found.tree->iterations;
      }
    change(after);
    return gate_recordings(before, after, {}, {"before", "after"});
  };
  const auto tree = [](Recording& recording) -> profiles::TreeProfile& {
    return recording.profiles.at("one").tree.value();
  };
  const GateReport same = gate_commands([](Recording&) {});
  CHECK(same.outcome == GateOutcome::kPass);
  CHECK(row_for(same, "process_creations", "one").baseline == 1);
  CHECK(row_for(same, "execs", "one").unit == "a run");

  const GateReport more =
      gate_commands([&](Recording& r) { tree(r).threads += tree(r).iterations; });
  CHECK(more.outcome == GateOutcome::kRegression);
  CHECK(more.sentence == "one: thread_creations rose from 2 to 3 a run (allowed: no rise).");
  // One thread more in one run: they vary.
  const GateReport varying = gate_commands([&](Recording& r) { tree(r).threads += 1; });
  CHECK(varying.outcome == GateOutcome::kPass);
  CHECK(row_for(varying, "thread_creations", "one").status == GateStatus::kUnchecked);
  CHECK(row_for(varying, "thread_creations", "one").note == "varies from run to run");
  CHECK(gate_commands([&](Recording& r) { r.profiles.at("one").tree.reset(); }).outcome ==
        GateOutcome::kInvalid);

  const auto write = [](Recording& recording, const std::string& output) {
    for (auto& block : recording.blocks)
      if (block.pass == profiles::Pass::tree) block.checksum = output;
  };
  Recording before = command_recording(), after = before;
  write(before, "a");
  write(after, "b");
  const GateReport other = gate_recordings(before, after, {}, {"before", "after"});
  CHECK(other.outcome == GateOutcome::kInvalid);
  CHECK(other.rows.front().metric == "checksum");
}
