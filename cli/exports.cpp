#include "cli/exports.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "reports/merge.h"

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

std::string names_of(const profiles::Recording& recording) {
  std::string names;
  for (const auto& variant : recording.variants) {
    if (!names.empty()) names += ", ";
    names += variant.name;
  }
  return names;
}

reports::VariantStacks read_all(const reports::Origin& origin) {
  return {profiles::read_stacks(origin.folder, origin.variant, "cpu"),
          profiles::read_stacks(origin.folder, origin.variant, "wall"),
          profiles::read_stacks(origin.folder, origin.variant, "allocation")};
}

// Each variant's from the folder that it lies in, under the name that it has there.
reports::PagePictures pictures_of(const reports::Merged& merged,
                                  const profiles::Recording& recording) {
  reports::PagePictures all;
  profiles::Recording one = recording;
  for (const auto& variant : recording.variants) {
    const reports::Origin& origin = merged.origins.at(variant.name);
    one.variants = {variant};
    one.variants.front().name = origin.variant;
    auto pictures = reports::read_pictures(one, origin.folder);
    all.texts_per_iteration = pictures.texts_per_iteration;
    all.variants.push_back(std::move(pictures.variants.front()));
  }
  return all;
}

}  // namespace

reports::Export export_of(const std::vector<std::string>& sources, reports::Format::Needs needs) {
  std::vector<reports::MergeSource> all;
  for (const std::string& argument : sources) {
    const Source source = source_of(argument);
    all.push_back({source.folder, profiles::read_recording(source.folder), source.variant});
  }
  const reports::Merged merged = reports::merge(std::move(all));
  reports::Export result = reports::make_export(merged.recording);
  auto& alarms = result.report.alarms;
  alarms.insert(alarms.begin(), merged.alarms.begin(), merged.alarms.end());
  if (needs == reports::Format::kStacks) {
    for (const auto& variant : result.recording.variants)
      result.stacks.push_back(read_all(merged.origins.at(variant.name)));
    result.detail = reports::make_detail(result.recording, result.report, result.stacks);
  } else if (needs == reports::Format::kPictures) {
    result.pictures = pictures_of(merged, result.recording);
  }
  return result;
}

size_t variant_named(const reports::Export& source, const std::string& name) {
  const auto& variants = source.recording.variants;
  const auto found = std::ranges::find(variants, name, &profiles::Variant::name);
  if (found == variants.end())
    throw base::UsageError("variant " + name,
                           "not in the recording; there are " + names_of(source.recording));
  return static_cast<size_t>(found - variants.begin());
}

}  // namespace winnow::cli
