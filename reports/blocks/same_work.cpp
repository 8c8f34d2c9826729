#include "reports/blocks/same_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/figures/format.h"
#include "reports/recorded/measured.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

using profiles::Block;

namespace {

constexpr size_t kShownDifferences = 6;

bool proves_work(const Block& block) {
  return !block.checksum.empty() ||
         std::ranges::any_of(block.work, [](const auto& counter) { return counter.second != 0; });
}

// "Coarse-Grained, cpu block 2"
std::string name_of(const Measured& arms, const Block& block) {
  const MeasuredArm* arm = arms.find(block.variant);
  return fmt::format("{}, {} block {}", arm ? arm->label : block.variant, word(block.pass),
                     block.index);
}

void compare(const Measured& arms, const Block& first, const Block& second,
             std::vector<std::string>& differences) {
  const auto differ = [&](const std::string& what, const std::string& a, const std::string& b) {
    differences.push_back(fmt::format("{}: {} ({}) against {} ({})", what, a, name_of(arms, first),
                                      b, name_of(arms, second)));
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
                                         : format_whole(counter->second);
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
    text += fmt::format("{} {}", format_whole(count), words);
  }
  return text.empty() ? "work counters unavailable (not recorded)" : text;
}

std::string all_words(const Measured& arms) {
  return arms.size() == 1   ? "all blocks"
         : arms.size() == 2 ? "both variants"
                            : fmt::format("all {} variants", arms.size());
}

std::string proof(const Measured& arms, const Block& block) {
  const std::string checksum = block.checksum.empty()
                                   ? "output checksum unavailable (not recorded)"
                                   : fmt::format("identical output checksum {}", block.checksum);
  const Words& words = arms.words();
  return fmt::format("{} did the same work: {} over {} of a block; {}.", all_words(arms),
                     counters(block),
                     count_of(std::ssize(block.iteration_wall_ns), words.iteration), checksum);
}

// Between blocks with as many iterations.
std::vector<std::string> differences_of(const Measured& arms) {
  std::map<size_t, std::vector<const Block*>> by_iterations;
  for (const MeasuredArm* arm : arms.all())
    for (const Pass pass : profiles::kPasses)
      for (const Block* block : arm->blocks(pass))
        by_iterations[block->iteration_wall_ns.size()].push_back(block);
  std::vector<std::string> differences;
  for (const auto& [iterations, blocks] : by_iterations) {
    // Blocks of commands prove their work in one pass only.
    const auto proven =
        std::ranges::find_if(blocks, [](const Block* b) { return proves_work(*b); });
    const Block& example = proven == blocks.end() ? *blocks.front() : **proven;
    for (const Block* block : blocks) compare(arms, example, *block, differences);
  }
  return differences;
}

// Of commands: a line for each that writes something else than the first that writes anything.
std::vector<std::string> output_differences(const Measured& arms) {
  constexpr size_t kShownDigits = 16;
  const auto writing = [](const Block* block) { return !block->checksum.empty(); };
  const MeasuredArm* example = nullptr;
  std::string expected;
  std::vector<std::string> lines;
  for (const MeasuredArm* arm : arms.all()) {
    const auto& blocks = arm->blocks(Pass::tree);
    if (blocks.empty() || !std::ranges::all_of(blocks, writing)) continue;
    const std::string& written = blocks.front()->checksum;
    if (!example) {
      example = arm;
      expected = written;
    } else if (written != expected) {
      lines.push_back(
          fmt::format("{} writes something else to standard output than {} (SHA-256 {} against {}, "
                      "the tree pass)",
                      arm->label, example->label, written.substr(0, kShownDigits),
                      expected.substr(0, kShownDigits)));
    }
  }
  return lines;
}

SameWork different(std::vector<std::string> differences) {
  if (differences.size() > kShownDifferences) {
    const size_t more = differences.size() - kShownDifferences;
    differences.resize(kShownDifferences);
    differences.push_back(fmt::format("and {} more", more));
  }
  return {SameWork::kDifferent,
          "the variants did not do the same work. No timing below says which is better.",
          std::move(differences)};
}

// What the proof of a block lacks beside that of `example`; empty: nothing.
std::string gap(const Measured& arms, const Block& block, const Block& example) {
  if (!proves_work(block))
    return name_of(arms, block) + " recorded neither work counters nor an output checksum.";
  if (block.iteration_wall_ns.size() != example.iteration_wall_ns.size())
    return fmt::format("the blocks of the time pass ran different numbers of {}.",
                       arms.words().iterations);
  if (block.work.empty() != example.work.empty() ||
      block.checksum.empty() != example.checksum.empty())
    return name_of(arms, block) + " recorded other proofs than " + name_of(arms, example) + ".";
  return "";
}

SameWork unproven(const std::string& why) {
  return {SameWork::kUnproven, "it is not proven that the variants did the same work: " + why, {}};
}

// Of programs that tell nothing of their work in the time pass: by the outputs of another pass.
SameWork same_outputs(const Measured& arms) {
  const Block* example = nullptr;
  size_t outputs = 0;
  for (const MeasuredArm& arm : arms.variants()) {
    const auto& blocks = arm.blocks(Pass::tree);
    const bool all = !blocks.empty() && std::ranges::none_of(blocks, [](const Block* block) {
      return block->checksum.empty();
    });
    if (!all)
      return {SameWork::kNotChecked,
              "not checked: the measured programs tell nothing of their work, and no output was "
              "compared.",
              {}};
    outputs += blocks.size();
    example = blocks.front();
  }
  return {SameWork::kSame,
          fmt::format("{} wrote the same to standard output in {} runs of the tree pass (SHA-256 "
                      "{}); what else they did is not checked.",
                      all_words(arms), outputs, example->checksum.substr(0, 16)),
          {}};
}

bool tells_work(const Measured& arms) {
  return std::ranges::any_of(arms.variants(), [](const MeasuredArm& arm) {
    return arm.about->command.empty() ||
           std::ranges::any_of(arm.blocks(Pass::time),
                               [](const Block* block) { return proves_work(*block); });
  });
}

}  // namespace

SameWork check_same_work(const Measured& arms) {
  if (const std::string why = profiles::why_invalid(arms.recording()); !why.empty())
    return {SameWork::kInvalid, why + ". No timing below says which is better.", {}};
  if (auto differences = differences_of(arms); !differences.empty()) {
    auto outputs = tells_work(arms) ? std::vector<std::string>{} : output_differences(arms);
    if (outputs.empty()) return different(std::move(differences));
    SameWork work = different(std::move(outputs));
    work.sentence += " Where they need not write the same, add --ignore-output.";
    return work;
  }
  if (arms.size() > 0 && !tells_work(arms)) return same_outputs(arms);
  const Block* example = nullptr;
  for (const MeasuredArm* arm : arms.all()) {
    const auto& blocks = arm->blocks(Pass::time);
    if (blocks.empty() && arm->about)
      return unproven(arm->unavailable(Pass::time) + " (time pass).");
    for (const Block* block : blocks) {
      if (!example) example = block;
      if (const std::string why = gap(arms, *block, *example); !why.empty()) return unproven(why);
    }
  }
  if (!example) return unproven("no variant was recorded.");
  return {SameWork::kSame, proof(arms, *example), {}};
}

}  // namespace winnow::reports
