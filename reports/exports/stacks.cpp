#include "reports/exports/stacks.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "reports/recorded/questions.h"

namespace winnow::reports {

const profiles::Stacks* stacks_of(const VariantStacks& variant, ProfileClock clock) {
  const auto& stacks = clock == ProfileClock::cpu    ? variant.cpu
                       : clock == ProfileClock::wall ? variant.wall
                                                     : variant.allocation;
  return stacks ? &*stacks : nullptr;
}

size_t only_variant(const Export& source, const std::string& format) {
  if (source.variant) return *source.variant;
  if (source.recording.variants.size() == 1) return 0;
  std::string names;
  for (const auto& variant : source.recording.variants)
    names += (names.empty() ? "" : ", ") + variant.name;
  throw base::UsageError(format, "holds one variant: choose with --variant, of " + names);
}

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string no_stacks(const Export& source, size_t variant, ProfileClock clock) {
  const std::string& name = source.recording.variants[variant].name;
  const Pass pass = pass_of(clock);
  const auto& profiles = profiles_of(source.recording, name);
  const bool measured = pass == Pass::cpu    ? profiles.cpu.has_value()
                        : pass == Pass::wall ? profiles.wall.has_value()
                                             : profiles.heap.has_value();
  return fmt::format("{}, {}: unavailable: {}", name, word(clock),
                     measured ? "the recording has no call stacks: an older winnow wrote it, or "
                                "its folder stacks/ is gone"
                              : reason(source.recording, name, pass));
}

}  // namespace winnow::reports
