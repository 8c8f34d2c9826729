#pragma once

#include "reports/pages/pictures.h"

namespace winnow::reports {

// Stacks of two variants: one creates threads, the other has workers; both compute the same.
PagePictures sample_pictures();

// Three iterations of 10, 40 and 20 ms. The first variant's calling thread creates a thread every
// millisecond, which computes for half of one; the other has two workers that compute and wait in
// turn.
profiles::Timeline sample_timeline(bool spawns);

}  // namespace winnow::reports
