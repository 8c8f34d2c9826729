#include "engine/schedulers/choice.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace winnow::engine {
namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

// Measured with scenarios/choice_bench on 4 cores of an AMD EPYC (Zen 5, AVX-512 VNNI), a virtual
// machine; the best of up to 40 in turn, ms, packed / hybrid / steal:
//   threads, tokens a text    1 text               2                     3                     4
//   4 6     1.91/ 1.88/ 1.87     2.37/ 2.29/ 2.91     3.02/ 3.03/ 3.60     3.75/ 3.77/ 3.76 4 36
//   4.75/ 4.67/ 4.60     7.10/ 7.08/ 6.67     9.67/ 9.64/ 9.11  12.85/12.02/12.09 4
//   210     23.6/ 22.3/ 22.4     43.6/ 44.0/ 42.3     64.1/ 63.4/ 61.3     89.7/ 80.8/ 80.2 2 210
//   41.6/ 41.5/ 41.6     84.5/ 79.9/ 81.2   126.9/119.5/119.6  173.5/157.2/158.0
// With at least a text a thread hybrid is the fastest or within 1% of it, but for 3 texts of 6
// tokens on 2 threads (packed by 4%). Fewer: short texts want to share their weights, others not
// to meet.
const Choice kChoices[] = {
    {1, 20, &packed_row},
    {1, kAny, &steal_row},
    {kAny, kAny, &hybrid_row},
};

}  // namespace

std::span<const Choice> choices() { return kChoices; }

const Choice& choose(int texts, int64_t tokens, int threads) {
  const double texts_a_thread = static_cast<double>(texts) / threads;
  const double tokens_a_text = static_cast<double>(tokens) / std::max(1, texts);
  for (const Choice& choice : kChoices)
    if (texts_a_thread < choice.texts_a_thread && tokens_a_text < choice.tokens_a_text)
      return choice;
  return kChoices[std::size(kChoices) - 1];
}

}  // namespace winnow::engine
