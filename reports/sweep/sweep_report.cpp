#include "reports/sweep/sweep_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"
#include "reports/recorded/kernel_work.h"
#include "reports/recorded/words.h"
#include "reports/sweep/parts.h"

namespace winnow::reports {

using profiles::Condition;
using profiles::Sweep;

namespace {

std::string or_unavailable(const std::string& text) {
  return text.empty() ? "unavailable (not recorded)" : text;
}

std::string model_words(const Sweep& sweep) {
  if (!sweep.model) return "unavailable (not recorded)";
  const auto& model = *sweep.model;
  std::string words =
      fmt::format("{} ({})", or_unavailable(model.name), or_unavailable(model.file));
  if (!model.synthetic) return words + "; real or synthetic weights: unavailable";
  return words + (*model.synthetic ? "; synthetic weights: timings stand for the real model's"
                                   : "; real weights");
}

std::string isa_words(const Sweep& sweep) {
  std::vector<std::string> sets;
  for (const auto& cell : sweep.cells)
    for (const auto& block : cell.blocks)
      if (!block.isa.empty() && std::ranges::count(sets, block.isa) == 0) sets.push_back(block.isa);
  return or_unavailable(fmt::format("{}", fmt::join(sets, ", ")));
}

std::string size_words(const Sweep& sweep) {
  size_t blocks = 0, good = 0, fewest = SIZE_MAX, most = 0;
  for (const auto& cell : sweep.cells) {
    blocks += cell.blocks.size();
    good += std::ranges::count_if(cell.blocks, &profiles::SweepBlock::ok);
    if (!cell.unavailable.empty()) continue;
    fewest = std::min(fewest, cell.blocks.size());
    most = std::max(most, cell.blocks.size());
  }
  std::string words =
      fmt::format("{}, {}, {} of them ok", count_of(std::ssize(sweep.cells), "cell"),
                  count_of(static_cast<int64_t>(blocks), "block"), good);
  if (most > 0)
    words += fewest == most ? "; " + count_of(static_cast<int64_t>(most), "block") + " a cell"
                            : fmt::format("; {} to {} blocks a cell", fewest, most);
  return words;
}

std::vector<Fact> facts(const Sweep& sweep, const SweepCells& cells) {
  std::vector<Fact> facts;
  for (const auto& fact : sweep.machine) {
    const std::string note = fact.note.empty() ? "not recorded" : fact.note;
    facts.push_back(
        {"Machine, " + fact.name, fact.value.empty() ? "unavailable (" + note + ")" : fact.value});
  }
  if (facts.empty()) facts.push_back({"Machine", "unavailable (not recorded)"});
  facts.push_back({"Cores", count_or_unknown(sweep.cores)});
  const bool programs = cells.words().programs;
  if (!programs) {
    facts.push_back({"Instruction set", isa_words(sweep)});
    facts.push_back({"Peaks", peak_words(sweep.roofline)});
    facts.push_back({"Model", model_words(sweep)});
  }
  facts.push_back({"Measured", size_words(sweep)});
  if (programs)
    facts.push_back({"Same work", cells.same_work_words()});
  else
    facts.push_back({"Commit", or_unavailable(sweep.commit)});
  facts.push_back({"Winnow", or_unavailable(sweep.winnow_version)});
  facts.push_back({"Date", or_unavailable(sweep.created)});
  return facts;
}

// All cores where that was measured, else the most threads.
int full_threads(const SweepCells& cells, const std::vector<int>& threads) {
  return std::ranges::count(threads, cells.cores()) ? cells.cores() : threads.back();
}

MixAnswer answer(const SweepCells& cells, const profiles::SweepMix& mix) {
  MixAnswer result;
  result.mix = mix.name;
  result.description = mix.description;
  const std::vector<int> threads = cells.threads(mix.name);
  if (threads.empty()) {
    result.sentence = fmt::format("{}: unavailable: no undisturbed cell.",
                                  title_case(cells.words().mix(mix.name)));
    return result;
  }
  const bool by_threads = cells.words().parameter == "threads";
  result.grid = by_threads ? grid_by_threads(cells, mix.name, cells.batches(mix.name).front())
                           : grid_by_batch(cells, mix.name, full_threads(cells, threads));
  for (int point : result.grid.points) {
    result.choices.push_back(choose(cells, condition_at(result.grid, point)));
    result.choices.back().batch = point;
  }
  result.crossovers = pair_crossovers(cells, result.grid);
  result.sentence = fastest_sentence(cells.words(), result.grid, result.choices);
  const std::string grains = cells.words().programs ? "" : grain_sentence(cells, result.grid);
  if (!grains.empty()) result.sentence += " " + grains;
  return result;
}

std::vector<std::string> missing(const SweepCells& cells, const Sweep& sweep) {
  std::vector<std::string> lines;
  for (const auto& cell : sweep.cells)
    if (!cell.unavailable.empty())
      lines.push_back(fmt::format("{}, {}: {}", cells.label(cell.variant),
                                  condition_words(cell.condition, cells.words()),
                                  cell.unavailable));
  return lines;
}

}  // namespace

SweepReport make_sweep_report(const Sweep& sweep) {
  const SweepCells cells(sweep);
  SweepReport report;
  report.name = sweep.name;
  report.description = sweep.description;
  report.words = cells.words();
  report.facts = facts(sweep, cells);
  report.variants = cells.labels();
  for (const auto& mix : cells.mixes()) {
    report.mixes.push_back(answer(cells, mix));
    for (int batch : cells.batches(mix.name))
      if (SweepGrid grid = grid_by_threads(cells, mix.name, batch); grid.points.size() > 1)
        report.scaling.push_back(scaling_of(cells, std::move(grid)));
  }
  report.shared = shared_machine(cells);
  report.missing = missing(cells, sweep);
  if (sweep.status != profiles::RunStatus::complete)
    report.warnings.push_back(
        fmt::format("the sweep is {}: figures cover only what was measured.", word(sweep.status)));
  if (!report.words.programs && report.variants.size() > 1 && !has_grains(cells))
    report.warnings.push_back(
        "fine or coarse: unavailable: no two variants' labels or summaries say fine and coarse.");
  for (const std::string& warning : sweep.warnings) report.warnings.push_back(warning);
  for (const std::string& warning : cells.warnings()) report.warnings.push_back(warning);
  return report;
}

}  // namespace winnow::reports
