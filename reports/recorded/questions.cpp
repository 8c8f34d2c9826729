#include "reports/recorded/questions.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiles/recording/disturbance.h"
#include "reports/figures/format.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;

std::vector<std::string> labels(const Recording& recording) {
  std::vector<std::string> result;
  for (const auto& variant : recording.variants) {
    const bool alone =
        std::ranges::count(recording.variants, variant.label, &profiles::Variant::label) == 1;
    if (variant.label.empty())
      result.push_back(variant.name);
    else
      result.push_back(alone ? variant.label : fmt::format("{} ({})", variant.label, variant.name));
  }
  return result;
}

std::vector<const Block*> good_blocks(const Recording& recording, const std::string& variant,
                                      Pass pass) {
  return profiles::comparable_blocks(recording, variant, pass);
}

const profiles::VariantProfiles& profiles_of(const Recording& recording,
                                             const std::string& variant) {
  static const profiles::VariantProfiles nothing;
  const auto found = recording.profiles.find(variant);
  return found == recording.profiles.end() ? nothing : found->second;
}

std::string reason(const Recording& recording, const std::string& variant, Pass pass) {
  for (const auto& missing : recording.missing)
    if (missing.pass == pass && (missing.variant.empty() || missing.variant == variant))
      return missing.reason.empty() ? "not recorded" : missing.reason;
  for (const Block& block : recording.blocks)
    if (block.variant == variant && block.pass == pass && !block.ok())
      return fmt::format("block {} of the {} pass: {}", block.index, word(pass), block.failure);
  const bool run =
      std::ranges::any_of(recording.blocks, [&](const Block& block) { return block.pass == pass; });
  return run || recording.blocks.empty() ? "not recorded"
                                         : "the " + word(pass) + " pass was not run";
}

std::string unavailable(const Recording& recording, size_t variant, Pass pass) {
  return fmt::format("{}: unavailable: {}", labels(recording)[variant],
                     reason(recording, recording.variants[variant].name, pass));
}

Basis basis_of(Pass pass, std::vector<int> iterations) {
  Basis basis{false, std::move(iterations), ""};
  std::vector<int> known;
  for (int count : basis.iterations)
    if (count > 0) known.push_back(count);
  basis.per_iteration = std::ranges::adjacent_find(known, std::not_equal_to{}) != known.end();
  if (known.empty()) {
    basis.words =
        fmt::format("over the iterations of the {} pass, whose number is not recorded", word(pass));
  } else if (!basis.per_iteration) {
    basis.words =
        fmt::format("over {} iterations of the {} pass", format_count(known.front()), word(pass));
  } else {
    std::string counts;
    for (int count : known) counts += (counts.empty() ? "" : " and ") + format_count(count);
    basis.words = fmt::format(
        "per iteration, because the variants ran different numbers of iterations of the {} pass: "
        "{}",
        word(pass), counts);
  }
  return basis;
}

}  // namespace winnow::reports
