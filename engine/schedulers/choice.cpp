#include "engine/schedulers/choice.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace winnow::engine {
namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

// Measured with scenarios/choice_bench, 4 threads on 4 cores of an AMD EPYC (Zen 5, AVX-512 VNNI),
// a virtual machine; the best of up to 40 in turn, ms, packed / hybrid:
//   texts                1             3              4              6              8
//    6 tokens each  2.70 / 2.66   2.89 /  2.94    3.13 /  3.20    4.12 /  4.11    4.92 /  4.59
//   36 tokens each  4.40 / 4.47   9.38 / 10.23   13.87 / 13.96   21.09 / 18.49   28.12 / 24.05
// Up to a text a thread packed is no slower, and faster where lengths do not come out even; beyond,
// groups are faster by up to a seventh. How long the texts are does not move the boundary.
const Choice kChoices[] = {
    {1, kAny, &packed_row},
    {kAny, kAny, &hybrid_row},
};

}  // namespace

std::span<const Choice> choices() { return kChoices; }

const Choice& choose(int texts, int64_t tokens, int threads) {
  const double texts_a_thread = static_cast<double>(texts) / threads;
  const double tokens_a_text = static_cast<double>(tokens) / std::max(1, texts);
  for (const Choice& choice : kChoices)
    if (texts_a_thread <= choice.texts_a_thread && tokens_a_text <= choice.tokens_a_text)
      return choice;
  return kChoices[std::size(kChoices) - 1];
}

}  // namespace winnow::engine
