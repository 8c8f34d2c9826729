#include "tests/fuzz/mutate_json.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace winnow::fuzz {
namespace {

using base::Json;

class JsonMutator {
 public:
  JsonMutator(Json& root, unsigned seed) : random_(seed) { collect(root); }

  void change() {
    Json& place = *nodes_[below(nodes_.size())];
    switch (below(6)) {
      case 0:
        place = Json(*nodes_[below(nodes_.size())]);
        break;
      case 1:
        leave_out(place);
        break;
      case 2:
        repeat(place);
        break;
      default:
        place = place.is_string() && below(2) == 0 ? Json(some_text()) : some_value(place);
        break;
    }
  }

 private:
  void collect(Json& node) {
    nodes_.push_back(&node);
    if (node.is_array())
      for (Json& element : node.elements()) collect(element);
    if (node.is_object())
      for (auto& member : node.members()) collect(member.value);
  }

  size_t below(size_t limit) { return random_() % limit; }

  Json some_value(const Json& before) {
    static const Json kValues[] = {0,
                                   1,
                                   2,
                                   3,
                                   1000,
                                   -1,
                                   int64_t{1} << 31,
                                   (int64_t{1} << 31) - 1,
                                   int64_t{1} << 52,
                                   std::numeric_limits<int64_t>::max(),
                                   std::numeric_limits<int64_t>::max() - 1,
                                   std::numeric_limits<uint64_t>::max(),
                                   0.5,
                                   1e-300,
                                   5e-324,
                                   1e300,
                                   1.7e308,
                                   -0.0,
                                   true,
                                   false,
                                   Json(),
                                   "",
                                   Json::array(),
                                   Json::object()};
    if (before.is_number() && below(3) == 0)
      return std::ldexp(before.number(), static_cast<int>(below(40)) - 20);
    return kValues[below(std::size(kValues))];
  }

  std::string some_text() {
    static const std::string kTexts[] = {"",
                                         "a",
                                         "/",
                                         "..",
                                         "\n",
                                         "\x1b[31m",
                                         std::string(1, '\0'),
                                         "<script>",
                                         "|",
                                         "`",
                                         "time",
                                         "cpu",
                                         "sync",
                                         "heap",
                                         "wall",
                                         "tree",
                                         "\xE2\x80\xAE",
                                         "\xC2\x9B",
                                         std::string(300, 'x')};
    return kTexts[below(std::size(kTexts))];
  }

  void leave_out(Json& place) {
    if (place.is_array() && !place.elements().empty())
      place.elements().erase(place.elements().begin() +
                             static_cast<ptrdiff_t>(below(place.elements().size())));
    else if (place.is_object() && !place.members().empty())
      place.members().erase(place.members().begin() +
                            static_cast<ptrdiff_t>(below(place.members().size())));
  }

  void repeat(Json& place) {
    if (!place.is_array() || place.elements().empty()) return;
    for (size_t times = below(4) == 0 ? 20 : 1; times > 0; --times)
      place.push_back(Json(place.elements()[below(place.elements().size())]));
  }

  std::mt19937 random_;
  std::vector<Json*> nodes_;
};

}  // namespace

std::string mutate_json(std::string_view text, unsigned seed) {
  try {
    Json document = base::parse_json(text, "input");
    std::mt19937 random(seed);
    // Where a value stands changes with each step, so the places are found anew.
    for (unsigned steps = 1 + random() % 4; steps > 0; --steps)
      JsonMutator(document, static_cast<unsigned>(random())).change();
    return document.text();
  } catch (const base::Error&) {
    return "";
  }
}

}  // namespace winnow::fuzz
