#include "reports/blocks/same_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/figures/format.h"
#include "reports/recorded/questions.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;

namespace {

constexpr size_t kShownDifferences = 6;

bool proves_work(const Block& block) {
  return !block.checksum.empty() ||
         std::ranges::any_of(block.work, [](const auto& counter) { return counter.second != 0; });
}

// The variants, and the A/A arm, which must do the baseline's work.
std::vector<std::string> arms(const Recording& recording) {
  std::vector<std::string> names;
  for (const auto& variant : recording.variants) names.push_back(variant.name);
  if (!recording.twin.empty()) names.push_back(recording.twin);
  return names;
}

// "Coarse-Grained, cpu block 2"
std::string name_of(const Recording& recording, const Block& block) {
  const auto variant =
      std::ranges::find(recording.variants, block.variant, &profiles::Variant::name);
  const std::string label = variant == recording.variants.end()
                                ? block.variant
                                : labels(recording)[variant - recording.variants.begin()];
  return fmt::format("{}, {} block {}", label, word(block.pass), block.index);
}

void compare(const Recording& recording, const Block& first, const Block& second,
             std::vector<std::string>& differences) {
  const auto differ = [&](const std::string& what, const std::string& a, const std::string& b) {
    differences.push_back(fmt::format("{}: {} ({}) against {} ({})", what, a,
                                      name_of(recording, first), b, name_of(recording, second)));
  };
  if (!first.checksum.empty() && !second.checksum.empty() && first.checksum != second.checksum)
    differ("output checksum", first.checksum, second.checksum);
  if (!first.isa.empty() && !second.isa.empty() && first.isa != second.isa)
    differ("instruction set", first.isa, second.isa);
  if (first.work.empty() || second.work.empty()) return;
  std::map<std::string, int> names;
  for (const auto& [name, count] : first.work) names[name];
  for (const auto& [name, count] : second.work) names[name];
  for (const auto& [name, unused] : names) {
    const auto a = first.work.find(name), b = second.work.find(name);
    const auto text = [&](const Block& block, auto counter) {
      return counter == block.work.end() ? std::string("not counted")
                                         : format_count(static_cast<double>(counter->second));
    };
    const bool equal = a != first.work.end() && b != second.work.end() && a->second == b->second;
    if (!equal) differ(name, text(first, a), text(second, b));
  }
}

std::string counters(const Block& block) {
  std::string text;
  for (const auto& [name, count] : block.work) {
    std::string words = name;
    std::ranges::replace(words, '_', ' ');
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", format_count(static_cast<double>(count)), words);
  }
  return text.empty() ? "work counters unavailable (not recorded)" : text;
}

std::string proof(const Recording& recording, const Block& block) {
  const size_t count = recording.variants.size();
  const std::string all = count == 1   ? "all blocks"
                          : count == 2 ? "both variants"
                                       : fmt::format("all {} variants", count);
  const std::string checksum = block.checksum.empty()
                                   ? "output checksum unavailable (not recorded)"
                                   : fmt::format("identical output checksum {}", block.checksum);
  return fmt::format("{} did the same work: {} over {} iterations of a block; {}.", all,
                     counters(block), block.iteration_wall_ns.size(), checksum);
}

}  // namespace

SameWork check_same_work(const Recording& recording) {
  SameWork result;
  std::map<size_t, std::vector<const Block*>> by_iterations;
  for (const std::string& arm : arms(recording))
    for (const Pass pass : {Pass::time, Pass::cpu, Pass::wall, Pass::heap, Pass::sync})
      for (const Block* block : good_blocks(recording, arm, pass))
        by_iterations[block->iteration_wall_ns.size()].push_back(block);
  for (const auto& [iterations, blocks] : by_iterations)
    for (const Block* block : blocks)
      compare(recording, *blocks.front(), *block, result.differences);
  if (!result.differences.empty()) {
    result.status = SameWork::kDifferent;
    result.sentence =
        "the variants did not do the same work. No timing below says which is better.";
    if (result.differences.size() > kShownDifferences) {
      const size_t more = result.differences.size() - kShownDifferences;
      result.differences.resize(kShownDifferences);
      result.differences.push_back(fmt::format("and {} more", more));
    }
    return result;
  }
  const auto unproven = [&](const std::string& why) {
    result.status = SameWork::kUnproven;
    result.sentence = "it is not proven that the variants did the same work: " + why;
    return result;
  };
  const Block* example = nullptr;
  const std::vector<std::string> all = arms(recording);
  for (size_t arm = 0; arm < all.size(); ++arm) {
    const auto blocks = good_blocks(recording, all[arm], Pass::time);
    if (blocks.empty() && arm < recording.variants.size())
      return unproven(unavailable(recording, arm, Pass::time) + " (time pass).");
    for (const Block* block : blocks) {
      if (!proves_work(*block))
        return unproven(name_of(recording, *block) +
                        " recorded neither work counters nor an output checksum.");
      if (!example) example = block;
      if (block->iteration_wall_ns.size() != example->iteration_wall_ns.size())
        return unproven("the blocks of the time pass ran different numbers of iterations.");
      if (block->work.empty() != example->work.empty() ||
          block->checksum.empty() != example->checksum.empty())
        return unproven(name_of(recording, *block) + " recorded other proofs than " +
                        name_of(recording, *example) + ".");
    }
  }
  if (!example) return unproven("no variant was recorded.");
  result.status = SameWork::kSame;
  result.sentence = proof(recording, *example);
  return result;
}

}  // namespace winnow::reports
