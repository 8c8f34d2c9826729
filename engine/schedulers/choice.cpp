#include "engine/schedulers/choice.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace winnow::engine {
namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

// Measured with scenarios/choice_bench on 4 cores of an AMD EPYC (Zen 5, AVX-512 VNNI), a virtual
// machine; the best of up to 40 in turn, ms, packed / hybrid:
//   threads, tokens a text    1 text          3             4              6              8
//   4          6           2.70 / 2.66   2.89 /  2.94   3.13 /  3.20   4.12 /  4.11   4.92 /  4.59
//   4         36           4.40 / 4.47   9.38 / 10.23  13.87 / 13.96  21.09 / 18.49  28.12 / 24.05
//   2          6           2.39 / 2.29   3.97 /  3.86   4.75 /  4.33   6.57 /  6.14   8.15 /  7.84
//   2         36           5.86 / 5.85  16.10 / 15.63  22.10 / 20.47  37.37 / 33.04  46.72 / 43.31
//   2        210           39.2 / 39.1  119.4 / 110.3  152.8 / 135.4  232.5 / 211.4  316.4 / 291.1
// Up to a text a thread they are equal but where 3 texts do not come out even on 4 threads, and
// packed is faster; beyond, hybrid is faster by up to a seventh. The length of the texts does not
// move the boundary.
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
