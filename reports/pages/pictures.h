#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"
#include "profiles/recording/timeline.h"

namespace winnow::reports {

// What one variant's pictures show, or why there is none.
template <typename T>
struct Picture {
  std::optional<T> data{};
  std::string unavailable{};
};

struct VariantPictures {
  Picture<profiles::Stacks> cpu{}, wall{}, allocation{};
  Picture<profiles::Timeline> timeline{};
};

struct PagePictures {
  std::vector<VariantPictures> variants{};  // as in the report
};

// Reads what the recording in `folder` holds beside recording.json. A file that cannot be read is
// told in place of its picture.
PagePictures read_pictures(const profiles::Recording& recording, const std::string& folder);
// The timelines only.
PagePictures read_timelines(const profiles::Recording& recording, const std::string& folder);

}  // namespace winnow::reports
