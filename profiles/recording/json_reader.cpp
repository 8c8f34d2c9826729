#include "profiles/recording/json_reader.h"

namespace winnow::profiles {
namespace {

constexpr size_t kNamed = 5;

// "a, b, c and 3 more"
std::string some_of(const std::set<std::string>& all) {
  std::string text;
  size_t count = 0;
  for (const std::string& one : all) {
    if (count == kNamed) return text + " and " + std::to_string(all.size() - kNamed) + " more";
    text += (count++ == 0 ? "" : ", ") + base::printable(one);
  }
  return text;
}

}  // namespace

std::vector<std::string> Remarks::sentences(const std::string& noun) const {
  std::vector<std::string> sentences;
  if (changed_)
    sentences.push_back("the " + noun +
                        " was changed after it was written: its content has another "
                        "hash than it tells");
  if (!unknown_.empty())
    sentences.push_back(
        "the " + noun +
        " has fields that this program does not know, and leaves out: " + some_of(unknown_));
  if (!unread_.empty())
    sentences.push_back("parts of the " + noun +
                        " are not whole, and count as not measured: " + some_of(unread_));
  return sentences;
}

std::string Place::path(bool with_indexes) const {
  if (!parent) return "";
  const std::string before = parent->path(with_indexes);
  if (key.empty()) return before + "[" + (with_indexes ? std::to_string(index) : "") + "]";
  return before.empty() ? std::string(key) : before + "." + std::string(key);
}

std::string Place::subject(const std::string& problem) const {
  const std::string where = path();
  return where.empty() ? problem : where + ": " + problem;
}

void Place::fail(const std::string& problem) const { throw base::Error(file, subject(problem)); }

uint64_t JsonReader::whole(const Json& json, const Place& place, uint64_t most) {
  const auto value = json.as_uint64();
  if (!value) place.fail("expected a non-negative integer");
  if (*value > most) place.fail("larger than " + std::to_string(most));
  return *value;
}

double JsonReader::figure(const Json& json, const Place& place) {
  if (!json.is_number()) place.fail("expected a number");
  const double value = json.number();
  if (!std::isfinite(value) || value < 0) place.fail("expected a non-negative number");
  return value;
}

void JsonReader::remark_others() const {
  Remarks* remarks = place_.all_remarks();
  if (!remarks) return;
  for (const auto& [key, value] : object_.members())
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      remarks->unknown(Place{place_.file, &place_, key}.path(false));
}

}  // namespace winnow::profiles
