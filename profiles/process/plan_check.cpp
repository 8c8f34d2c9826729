#include "profiles/process/plan_check.h"

#include <set>

#include "base/error.h"

namespace winnow::profiles {
namespace {

bool fits_file_name(const std::string& name) {
  constexpr const char* kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.+";
  return !name.empty() && name.size() <= 64 && name[0] != '.' &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

}  // namespace

void check(bool holds, const std::string& subject, const std::string& problem) {
  if (!holds) throw base::UsageError(subject, problem);
}

void check_names(const std::string& noun, const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    check(fits_file_name(name), noun + " " + name, "not a name that fits a file's");
    check(seen.insert(name).second, noun + " " + name, "listed twice");
  }
}

}  // namespace winnow::profiles
