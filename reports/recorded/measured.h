#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "reports/recorded/words.h"

// What was measured, found once a report: tables, blocks, ledger and exports look here rather than
// into the recording.
namespace winnow::reports {

using profiles::Pass;
using profiles::ProfileClock;

// One arm of the recording: a variant, or the A/A arm.
class MeasuredArm {
 public:
  MeasuredArm(const profiles::Recording& recording, const std::string& name);

  std::string name;
  std::string label;                         // in the report; never two alike
  const profiles::Variant* about = nullptr;  // null: the A/A arm
  int run = 0;                               // Variant::run

  // What the passes found; empty where there is nothing.
  const std::optional<profiles::SampledProfile>& cpu() const { return found_->cpu; }
  const std::optional<profiles::SampledProfile>& wall() const { return found_->wall; }
  // Of the server that the variant loads, while the runs of the cpu pass were its load.
  const std::optional<profiles::SampledProfile>& server() const { return found_->server; }
  const std::optional<profiles::HeapProfile>& heap() const { return found_->heap; }
  const std::optional<profiles::SyncProfile>& sync() const { return found_->sync; }
  const std::optional<profiles::TreeProfile>& tree() const { return found_->tree; }
  const std::optional<profiles::FutexProfile>& futex() const { return found_->futex; }
  const std::optional<profiles::InstructionProfile>& count() const { return found_->count; }

  // Those that ended well and may be compared (profiles/recording/disturbance.h).
  const std::vector<const profiles::Block*>& blocks(Pass pass) const {
    return blocks_[static_cast<size_t>(pass)];
  }
  // Nobody asked for it: no arm has a block of it, and no other reason is recorded.
  bool not_run(Pass pass) const { return not_run_[static_cast<size_t>(pass)]; }
  // Why a pass has no figures: as the recording says, or "not recorded".
  const std::string& reason(Pass pass) const { return reasons_[static_cast<size_t>(pass)]; }
  // "<label>: unavailable: <reason>"
  std::string unavailable(Pass pass) const;

 private:
  const profiles::VariantProfiles* found_ = nullptr;
  static constexpr size_t kPassCount = profiles::kWords<Pass>.size();
  std::array<std::vector<const profiles::Block*>, kPassCount> blocks_;
  std::array<std::string, kPassCount> reasons_;
  std::array<bool, kPassCount> not_run_{};
};

// Keeps the recording that its arms point into.
class Measured {
 public:
  explicit Measured(profiles::Recording recording);
  Measured(Measured&&) = default;
  Measured& operator=(Measured&&) = default;
  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;

  const profiles::Recording& recording() const { return recording_; }
  const Words& words() const { return words_; }
  const std::vector<MeasuredArm>& variants() const { return variants_; }  // the recording's order
  const MeasuredArm& operator[](size_t variant) const { return variants_[variant]; }
  size_t size() const { return variants_.size(); }
  const std::optional<MeasuredArm>& twin() const { return twin_; }  // the A/A arm
  std::vector<const MeasuredArm*> all() const;                      // the variants, then the twin
  const MeasuredArm* find(const std::string& name) const;           // null: no such arm
  std::vector<std::string> labels() const;
  bool not_run(Pass pass) const;  // of no variant
  bool of_commands() const;       // every variant is one, which need not know of the harness

 private:
  profiles::Recording recording_;
  Words words_;
  std::vector<MeasuredArm> variants_;
  std::optional<MeasuredArm> twin_;
};

// A report shows the baseline before the other variants.
profiles::Recording baseline_first(profiles::Recording recording);

}  // namespace winnow::reports
