#include "reports/recorded/measured.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiles/recording/disturbance.h"
#include "profiles/recording/failure.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;
using profiles::Variant;

namespace {

std::string label_of(const Recording& recording, const Variant& variant) {
  if (variant.label.empty()) return variant.name;
  const bool alone = std::ranges::count(recording.variants, variant.label, &Variant::label) == 1;
  return alone ? variant.label : fmt::format("{} ({})", variant.label, variant.name);
}

std::string reason_of(const Recording& recording, const std::string& arm, Pass pass) {
  for (const auto& missing : recording.missing)
    if (missing.pass == pass && (missing.variant.empty() || missing.variant == arm))
      return missing.reason.empty() ? "not recorded" : missing.reason;
  for (const Block& block : recording.blocks)
    if (block.variant == arm && block.pass == pass && !block.ok())
      return fmt::format("block {} of the {} pass: {}", block.index, word(pass),
                         profiles::failure_words(block));
  const auto took_no_time = [&](const Block& block) {
    return block.variant == arm && block.pass == pass && pass == Pass::time && block.ok() &&
           std::ranges::count(block.iteration_wall_ns, 0) * 2 > std::ssize(block.iteration_wall_ns);
  };
  if (std::ranges::any_of(recording.blocks, took_no_time))
    return "it took no time by the program's clock";
  return "";
}

bool has_blocks(const Recording& recording, Pass pass) {
  return std::ranges::any_of(recording.blocks,
                             [&](const Block& block) { return block.pass == pass; });
}

}  // namespace

MeasuredArm::MeasuredArm(const Recording& recording, const std::string& arm)
    : name(arm), label(arm) {
  static const profiles::VariantProfiles nothing;
  const auto variant = std::ranges::find(recording.variants, name, &Variant::name);
  if (variant != recording.variants.end()) {
    about = &*variant;
    label = label_of(recording, *variant);
    run = variant->run;
  }
  const auto found = recording.profiles.find(name);
  found_ = found == recording.profiles.end() ? &nothing : &found->second;
  for (size_t pass = 0; pass < kPassCount; ++pass) {
    blocks_[pass] = profiles::comparable_blocks(recording, name, static_cast<Pass>(pass));
    const auto each = static_cast<Pass>(pass);
    reasons_[pass] = reason_of(recording, name, each);
    if (!reasons_[pass].empty()) continue;
    not_run_[pass] = !recording.blocks.empty() && !has_blocks(recording, each);
    reasons_[pass] = not_run_[pass] ? "the " + word(each) + " pass was not run" : "not recorded";
  }
}

std::string MeasuredArm::unavailable(Pass pass) const {
  return fmt::format("{}: unavailable: {}", label, reason(pass));
}

Measured::Measured(Recording recording)
    : recording_(std::move(recording)), words_(words_of(recording_)) {
  for (const Variant& variant : recording_.variants)
    variants_.emplace_back(recording_, variant.name);
  if (!recording_.twin.empty()) twin_.emplace(recording_, recording_.twin);
}

std::vector<const MeasuredArm*> Measured::all() const {
  std::vector<const MeasuredArm*> found;
  for (const MeasuredArm& variant : variants_) found.push_back(&variant);
  if (twin_) found.push_back(&*twin_);
  return found;
}

const MeasuredArm* Measured::find(const std::string& name) const {
  for (const MeasuredArm* arm : all())
    if (arm->name == name) return arm;
  return nullptr;
}

std::vector<std::string> Measured::labels() const {
  std::vector<std::string> names;
  for (const MeasuredArm& variant : variants_) names.push_back(variant.label);
  return names;
}

bool Measured::not_run(Pass pass) const {
  return std::ranges::all_of(variants_, [&](const MeasuredArm& arm) { return arm.not_run(pass); });
}

bool Measured::of_commands() const {
  return std::ranges::all_of(variants_,
                             [](const MeasuredArm& arm) { return !arm.about->command.empty(); });
}

Recording baseline_first(Recording recording) {
  std::stable_partition(recording.variants.begin(), recording.variants.end(),
                        [&](const Variant& variant) { return variant.name == recording.baseline; });
  return recording;
}

}  // namespace winnow::reports
