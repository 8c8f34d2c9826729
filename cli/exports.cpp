#include "cli/exports.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "base/error.h"
#include "cli/places.h"
#include "cli/recategorize.h"
#include "cli/sweep_command.h"
#include "reports/recorded/merge.h"

namespace winnow::cli {

namespace {

struct Source {
  std::string folder, variant;  // no variant: all
};

// A folder may have a colon in its name.
Source source_of(const std::string& argument) {
  const size_t colon = argument.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(argument)) return {argument, ""};
  return {argument.substr(0, colon), argument.substr(colon + 1)};
}

// "; there are out/batch32, out/compare", the first recordings and sweeps in this folder, for those
// who named the wrong one; empty: none.
std::string others_in(const std::string& folder) {
  namespace fs = std::filesystem;
  constexpr size_t kShown = 4;
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (fs::exists(entry.path() / "recording.json", error) || holds_sweep(entry.path().string()))
      found.push_back(entry.path().lexically_normal().string());
  std::ranges::sort(found);
  const bool more = found.size() > kShown;
  if (more) found.resize(kShown);
  return found.empty()
             ? ""
             : fmt::format("; there are {}{}", fmt::join(found, ", "), more ? ", ..." : "");
}

// Throws base::UsageError where the folder holds none.
profiles::Recording recording_in(const std::string& folder) {
  existing(folder);
  if (std::filesystem::is_directory(folder) &&
      !std::filesystem::exists(std::filesystem::path(folder) / "recording.json"))
    throw base::UsageError(folder, "holds no recording" + others_in(folder));
  return profiles::read_recording(folder);
}

std::string names_of(const profiles::Recording& recording) {
  std::string names;
  for (const auto& variant : recording.variants) {
    if (!names.empty()) names += ", ";
    names += variant.name;
  }
  return names;
}

reports::VariantStacks stacks_of(const reports::Origin& origin, const Wanted& wanted) {
  using profiles::ProfileClock;
  const auto read = [&](ProfileClock clock) -> std::optional<profiles::Stacks> {
    const bool needed = wanted.needs == reports::Format::kStacks || wanted.clock == clock;
    if (!needed) return {};
    return profiles::read_stacks(origin.folder, origin.variant, clock);
  };
  return {read(ProfileClock::cpu), read(ProfileClock::wall), read(ProfileClock::allocation)};
}

// Each variant's from the folder that it lies in, under the name that it has there.
reports::PagePictures pictures_of(const reports::Merged& merged,
                                  const profiles::Recording& recording,
                                  reports::Format::Needs needs) {
  const auto read =
      needs == reports::Format::kTimelines ? reports::read_timelines : reports::read_pictures;
  reports::PagePictures all;
  profiles::Recording one = recording;
  for (const auto& variant : recording.variants) {
    const reports::Origin& origin = merged.origins.at(variant.name);
    one.variants = {variant};
    one.variants.front().name = origin.variant;
    auto pictures = read(one, origin.folder);
    all.variants.push_back(std::move(pictures.variants.front()));
  }
  return all;
}

// The frames of stacks and pictures as the functions of the recording.
void recategorize_stacks(reports::Export& result) {
  const auto& variants = result.recording().variants;
  for (size_t i = 0; i < variants.size(); ++i) {
    const auto found = result.recording().profiles.find(variants[i].name);
    if (found == result.recording().profiles.end()) continue;
    const auto& [cpu, wall] = std::tie(found->second.cpu, found->second.wall);
    if (i < result.stacks.size()) {
      recategorize(cpu, result.stacks[i].cpu);
      recategorize(wall, result.stacks[i].wall);
    }
    if (i < result.pictures.variants.size()) {
      recategorize(cpu, result.pictures.variants[i].cpu.data);
      recategorize(wall, result.pictures.variants[i].wall.data);
    }
  }
}

}  // namespace

reports::Export export_of(const std::vector<std::string>& sources, const Wanted& wanted) {
  using reports::Format;
  std::vector<reports::MergeSource> all;
  for (const std::string& argument : sources) {
    const Source source = source_of(argument);
    all.push_back({source.folder, recording_in(source.folder), source.variant});
  }
  reports::Merged merged = reports::merge(std::move(all));
  if (wanted.categories) recategorize(existing(*wanted.categories), merged.recording);
  reports::Export result = reports::make_export(merged.recording);
  auto& alarms = result.report.alarms;
  alarms.insert(alarms.begin(), merged.alarms.begin(), merged.alarms.end());
  if (wanted.variant) result.variant = variant_named(result, *wanted.variant);
  result.clock = wanted.clock;
  result.detailed = wanted.detailed;
  if (wanted.needs == Format::kStacks || wanted.needs == Format::kClock) {
    result.stacks.resize(result.recording().variants.size());
    for (size_t i = 0; i < result.stacks.size(); ++i)
      if (wanted.detailed || !result.variant || *result.variant == i)
        result.stacks[i] =
            stacks_of(merged.origins.at(result.recording().variants[i].name), wanted);
  } else if (wanted.needs == Format::kTimelines || wanted.needs == Format::kPictures) {
    result.pictures = pictures_of(merged, result.recording(), wanted.needs);
  }
  if (wanted.categories) recategorize_stacks(result);
  if (wanted.detailed)
    result.detail = reports::make_detail(*result.measured, result.report, result.stacks);
  return result;
}

size_t variant_named(const reports::Export& source, const std::string& name) {
  const auto& variants = source.recording().variants;
  auto found = std::ranges::find(variants, name, &profiles::Variant::name);
  // Or as the report calls it.
  if (found == variants.end() && !name.empty())
    found = std::ranges::find(variants, name, &profiles::Variant::label);
  if (found == variants.end())
    throw base::UsageError("--variant", fmt::format("{} is not in the recording; there are {}",
                                                    name, names_of(source.recording())));
  return static_cast<size_t>(found - variants.begin());
}

}  // namespace winnow::cli
