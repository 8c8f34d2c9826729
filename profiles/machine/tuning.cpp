#include "profiles/machine/tuning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"

namespace winnow::profiles {
namespace {

// One that ends in '=' is a whole name.
constexpr std::string_view kTuning[] = {
    "OMP_",     "GOMP_", "KMP_",        "MALLOC_", "GLIBC_TUNABLES=",    "GOMAXPROCS=",
    "GODEBUG=", "GOGC=", "GOMEMLIMIT=", "TBB_",    "RAYON_NUM_THREADS=", "TOKIO_WORKER_THREADS="};
constexpr size_t kShownBytes = 400;

}  // namespace

bool is_tuning(std::string_view entry) {
  if (entry.ends_with('=') || entry == "MALLOC_PERTURB_=0") return false;
  return std::ranges::any_of(kTuning,
                             [&](std::string_view name) { return entry.starts_with(name); });
}

std::vector<std::string> tuning_environment() {
  std::vector<std::string> found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    if (is_tuning(*entry)) found.emplace_back(*entry);
  return found;
}

std::vector<std::string> tuning_names() {
  std::vector<std::string> names = tuning_environment();
  for (std::string& name : names) name.resize(name.find('='));
  return names;
}

std::string tuning_warning(bool handed_on) {
  std::string set = base::printable(fmt::format("{}", fmt::join(tuning_environment(), " ")));
  if (set.empty()) return "";
  if (set.size() > kShownBytes) set = set.substr(0, kShownBytes) + "...";
  return handed_on ? fmt::format(
                         "the measured programs get from the environment: {}. Unset what is "
                         "not meant for all of them",
                         set)
                   : fmt::format(
                         "set in the environment, and not handed to the variants, which "
                         "their options alone decide: {}",
                         set);
}

}  // namespace winnow::profiles
