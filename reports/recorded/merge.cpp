#include "reports/recorded/merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "profiles/recording/disturbance.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

using profiles::Recording;
using profiles::Variant;

namespace {

std::string fact(const Recording& recording, const std::string& name) {
  const std::string value = fact_value(recording.machine, name);
  return value.empty() ? "unknown" : value;
}

std::string machine_of(const Recording& recording) {
  return fmt::format("{}, {} cores, kernel {}", fact(recording, "cpu_model"),
                     fact(recording, "cores"), fact(recording, "kernel"));
}

std::string model_of(const Recording& recording) {
  if (!recording.model) return "unknown";
  const auto& model = *recording.model;
  return fmt::format("{} of {} bytes", model.name, model.size_bytes.value_or(0));
}

std::string workload_of(const Recording& recording) {
  const auto& workload = recording.workload;
  const Words words = words_of(recording);
  std::string text = workload.scenario + ": ";
  if (!words.items.empty()) text += words.items_words(workload.items_per_iteration) + ", ";
  if (!workload.parts.empty())
    text += fmt::format("{} {}, ", workload.parts_per_iteration.value_or(0), workload.parts);
  return text + count_of(workload.threads, "thread");
}

void add_alarms(const MergeSource& first, const MergeSource& other,
                std::vector<std::string>& alarms) {
  const char* const cause = words_of(first.recording).computes ? "scheduling" : "programs";
  const auto compare = [&](const char* what, const std::string& before, const std::string& after) {
    if (before != after)
      alarms.push_back(fmt::format(
          "DIFFERENT {}: {} has {}, {} has {}: what differs between the columns need not come from "
          "the {}.",
          what, first.folder, before, other.folder, after, cause));
  };
  compare("MACHINES", machine_of(first.recording), machine_of(other.recording));
  compare("MODELS", model_of(first.recording), model_of(other.recording));
  compare("WORKLOADS", workload_of(first.recording), workload_of(other.recording));
}

// The variants that are wanted of a source.
std::vector<Variant> chosen(const MergeSource& source) {
  const auto& variants = source.recording.variants;
  if (source.variant.empty()) {
    std::vector<Variant> all = variants;
    std::stable_partition(all.begin(), all.end(), [&](const Variant& variant) {
      return variant.name == source.recording.baseline;
    });
    return all;
  }
  const auto found = std::ranges::find(variants, source.variant, &Variant::name);
  if (found == variants.end()) {
    std::string names;
    for (const Variant& variant : variants) names += (names.empty() ? "" : ", ") + variant.name;
    throw base::UsageError(source.folder + ":" + source.variant,
                           "no such variant; there are " + names);
  }
  return {*found};
}

std::string free_name(const Merged& merged, const std::string& name) {
  std::string result = name;
  for (int number = 2; merged.origins.contains(result); ++number)
    result = fmt::format("{}-{}", name, number);
  return result;
}

// The label is told apart as the name is.
std::string label_of(const Variant& variant, const std::string& name) {
  if (variant.label.empty() || name == variant.name) return variant.label;
  return variant.label + name.substr(variant.name.size());
}

void add(const MergeSource& source, int run, Merged& merged) {
  Recording& into = merged.recording;
  for (Variant variant : chosen(source)) {
    const std::string old_name = variant.name, name = free_name(merged, old_name);
    merged.origins[name] = {source.folder, old_name};
    // Which rounds were replaced all variants of the run decide, not only those that are wanted.
    const auto compared = comparable_blocks(source.recording, old_name, profiles::Pass::time);
    for (profiles::Block block : source.recording.blocks)
      if (block.variant == old_name && !stands_for_none(block, compared)) {
        block.variant = name;
        into.blocks.push_back(std::move(block));
      }
    if (const auto found = source.recording.profiles.find(old_name);
        found != source.recording.profiles.end())
      into.profiles[name] = found->second;
    for (profiles::Missing missing : source.recording.missing)
      if (missing.variant.empty() || missing.variant == old_name) {
        missing.variant = name;
        into.missing.push_back(std::move(missing));
      }
    variant.label = label_of(variant, name);
    variant.name = name;
    variant.run = run;
    into.variants.push_back(std::move(variant));
  }
  for (const std::string& warning : source.recording.warnings)
    into.warnings.push_back(source.folder + ": " + warning);
}

}  // namespace

Merged merge(std::vector<MergeSource> sources) {
  if (sources.empty()) throw base::UsageError("report", "name a recording's folder");
  Merged merged;
  if (sources.size() == 1 && sources.front().variant.empty()) {
    merged.recording = std::move(sources.front().recording);
    for (const Variant& variant : merged.recording.variants)
      merged.origins[variant.name] = {sources.front().folder, variant.name};
    return merged;
  }
  Recording& into = merged.recording;
  into = sources.front().recording;
  into.variants.clear();
  into.blocks.clear();
  into.profiles.clear();
  into.missing.clear();
  into.warnings.clear();
  into.twin.clear();
  for (size_t run = 0; run < sources.size(); ++run) {
    if (run > 0) add_alarms(sources.front(), sources[run], merged.alarms);
    if (sources[run].recording.status != profiles::RunStatus::complete)
      into.status = sources[run].recording.status;
    add(sources[run], static_cast<int>(run), merged);
  }
  into.baseline = into.variants.front().name;
  if (sources.size() > 1)
    into.warnings.push_back(
        "The columns come from different runs. Their blocks are not pairs: intervals are unpaired "
        "(Mann-Whitney), and whatever changed on the machine between the runs counts as a "
        "difference of the variants. A run of both together decides more surely.");
  return merged;
}

}  // namespace winnow::reports
