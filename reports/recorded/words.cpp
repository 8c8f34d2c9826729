#include "reports/recorded/words.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "reports/figures/format.h"

namespace winnow::reports {

using profiles::Recording;

namespace {

// Without a name, items are items.
void name_items(Words& words, const profiles::Workload& workload) {
  if (workload.item.empty() && workload.items_per_iteration <= 0) return;
  words.item = workload.item.empty() ? "item" : workload.item;
  words.items = plural_of(words.item);
  words.share = with_article(words.item);
  words.shares = std::max(workload.items_per_iteration, 0);
}

void name_iterations(Words& words, const std::string& iteration) {
  if (!iteration.empty()) words.iteration = iteration;
  words.iterations = words.inputs = plural_of(words.iteration);
  words.an_iteration = with_article(words.iteration);
  if (words.item.empty()) words.share = words.an_iteration;
}

bool names_compute(const std::optional<profiles::SampledProfile>& profile) {
  return profile && std::ranges::any_of(profile->functions, [](const auto& function) {
           return function.category == "compute";
         });
}

bool computes(const Recording& recording) {
  return recording.model || std::ranges::any_of(recording.profiles, [](const auto& each) {
           return names_compute(each.second.cpu) || names_compute(each.second.wall);
         });
}

bool has_kernels(const Recording& recording) {
  return recording.roofline && std::ranges::any_of(recording.blocks, [](const auto& block) {
           return block.kernel_macs && !block.kernel_macs->empty();
         });
}

}  // namespace

std::string Words::items_words(int count) const {
  return items.empty() ? "" : count_or_unknown(count) + " " + (count == 1 ? item : items);
}

const std::string& Words::category(const std::string& name) const {
  return name == "scheduler" ? scheduler : name;
}

Words words_of(const Recording& recording) {
  Words words;
  name_items(words, recording.workload);
  name_iterations(words, recording.workload.iteration);
  const auto& work = recording.workload.work;
  words.counted = words.item.empty() && work ? work->unit : words.items;
  words.computes = computes(recording);
  words.kernels = words.computes || has_kernels(recording);
  if (!words.computes) return words;
  words.inputs = "batches";
  words.variant = "strategy";
  words.scheduler = "scheduler";
  words.overhead = "scheduler overhead";
  words.work = "compute";
  words.work_functions = "compute functions";
  words.all_work = "All compute functions";
  return words;
}

std::string with_article(const std::string& noun) {
  const bool vowel =
      !noun.empty() && std::string_view("aeioAEIO").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + noun;
}

std::string plural_of(const std::string& noun) {
  const auto ends = [&](std::string_view end) { return noun.ends_with(end); };
  const bool vowel_before_y =
      noun.size() > 1 && std::string_view("aeiou").find(noun[noun.size() - 2]) != std::string::npos;
  if (ends("y") && !vowel_before_y) return noun.substr(0, noun.size() - 1) + "ies";
  return noun + (ends("s") || ends("x") || ends("ch") || ends("sh") ? "es" : "s");
}

std::string count_of(int64_t count, const std::string& noun) {
  return format_whole(count) + " " + (count == 1 ? noun : plural_of(noun));
}

std::string count_or_unknown(int count, const std::string& noun) {
  return count_or_unknown(count) + " " + (count == 1 ? noun : plural_of(noun));
}

std::string title_case(std::string word) {
  if (!word.empty())
    word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word.front())));
  return word;
}

}  // namespace winnow::reports
