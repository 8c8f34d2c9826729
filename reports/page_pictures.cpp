#include "reports/page_pictures.h"

#include <filesystem>

#include "base/error.h"
#include "reports/recorded.h"

namespace winnow::reports {

namespace {

Picture<profiles::Stacks> stacks(const profiles::Recording& recording, const std::string& folder,
                                 const std::string& variant, const std::string& clock,
                                 const std::string& pass) {
  Picture<profiles::Stacks> picture;
  try {
    picture.data = profiles::read_stacks(folder, variant, clock);
    if (!picture.data) picture.unavailable = reason(recording, variant, pass);
  } catch (const base::Error& error) {
    picture.unavailable = error.what();
  }
  return picture;
}

Picture<profiles::Timeline> timeline(const profiles::Recording& recording,
                                     const std::string& folder, const std::string& variant) {
  Picture<profiles::Timeline> picture;
  try {
    picture.data = profiles::read_timeline(folder, variant);
    const bool counted =
        recording.profiles.contains(variant) && recording.profiles.at(variant).sync;
    if (!picture.data)
      picture.unavailable =
          counted ? "the recording holds no timeline" : reason(recording, variant, "sync");
  } catch (const base::Error& error) {
    picture.unavailable = error.what();
  }
  return picture;
}

}  // namespace

PagePictures read_pictures(const profiles::Recording& recording, const std::string& folder) {
  PagePictures pictures;
  pictures.texts_per_iteration = recording.workload.texts_per_iteration;
  for (const auto& variant : recording.variants) {
    VariantPictures each;
    each.cpu = stacks(recording, folder, variant.name, "cpu", "cpu");
    each.wall = stacks(recording, folder, variant.name, "wall", "wall");
    each.allocation = stacks(recording, folder, variant.name, "allocation", "heap");
    each.timeline = timeline(recording, folder, variant.name);
    pictures.variants.push_back(std::move(each));
  }
  return pictures;
}

}  // namespace winnow::reports
