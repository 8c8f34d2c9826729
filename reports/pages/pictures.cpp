#include "reports/pages/pictures.h"

#include <filesystem>

#include "base/error.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

namespace {

Picture<profiles::Stacks> stacks(const profiles::Recording& recording, const std::string& folder,
                                 const std::string& variant, ProfileClock clock) {
  Picture<profiles::Stacks> picture;
  try {
    picture.data = profiles::read_stacks(folder, variant, clock);
    if (!picture.data) picture.unavailable = MeasuredArm(recording, variant).reason(pass_of(clock));
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
      picture.unavailable = counted ? "the recording holds no timeline"
                                    : MeasuredArm(recording, variant).reason(Pass::sync);
  } catch (const base::Error& error) {
    picture.unavailable = error.what();
  }
  return picture;
}

}  // namespace

PagePictures read_timelines(const profiles::Recording& recording, const std::string& folder) {
  PagePictures pictures;
  for (const auto& variant : recording.variants)
    pictures.variants.emplace_back().timeline = timeline(recording, folder, variant.name);
  return pictures;
}

PagePictures read_pictures(const profiles::Recording& recording, const std::string& folder) {
  PagePictures pictures = read_timelines(recording, folder);
  for (size_t i = 0; i < recording.variants.size(); ++i) {
    const std::string& name = recording.variants[i].name;
    VariantPictures& each = pictures.variants[i];
    each.cpu = stacks(recording, folder, name, ProfileClock::cpu);
    each.wall = stacks(recording, folder, name, ProfileClock::wall);
    each.allocation = stacks(recording, folder, name, ProfileClock::allocation);
  }
  return pictures;
}

}  // namespace winnow::reports
