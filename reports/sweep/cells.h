#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "profiles/recording/sweep.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/sweep/report.h"

// Questions to a sweep that every part of its report asks. Variants are numbered in the sweep's
// order; those that only cells name come last.
namespace winnow::reports {

class SweepCells {
 public:
  explicit SweepCells(const profiles::Sweep& sweep);

  const std::vector<std::string>& labels() const { return labels_; }
  const std::vector<profiles::Variant>& variants() const { return variants_; }
  std::string label(const std::string& variant) const;  // of a variant by name
  const std::vector<profiles::SweepMix>& mixes() const { return mixes_; }
  const SweepWords& words() const { return words_; }
  int cores() const { return cores_; }  // 0: not recorded

  // What was asked for in the undisturbed cells of a mix, ascending.
  std::vector<int> batches(const std::string& mix) const;
  std::vector<int> batches(const std::string& mix, int threads) const;
  std::vector<int> threads(const std::string& mix) const;
  std::vector<int> threads(const std::string& mix, int batch) const;
  // All conditions with neighbours or a quota, in the sweep's order.
  std::vector<profiles::Condition> disturbed() const;

  // Texts/s, of programs runs/s, by block index; 0 where the block has no figure.
  std::vector<double> throughputs(size_t variant, const profiles::Condition& condition) const;
  Estimate throughput(size_t variant, const profiles::Condition& condition) const;
  Estimate latency_ms(size_t variant, const profiles::Condition& condition) const;
  // Throughput of `first` / throughput of `second` over blocks with the same index.
  PairedRatio ratio(size_t first, size_t second, const profiles::Condition& condition) const;

  // Why a variant has no figure under a condition.
  std::string reason(size_t variant, const profiles::Condition& condition) const;
  // Why the variants' figures of a mix and batch, of programs of a parameter and thread count,
  // cannot be compared; empty: same work, same result, or nothing is known to differ.
  const std::string& void_reason(const profiles::Condition& condition) const;
  // Of programs: how far it was looked at whether they do the same work.
  const std::string& same_work_words() const { return same_work_words_; }

  // Duplicate cells, failed blocks.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using Key = std::tuple<std::string, int, int, std::string, int, bool, double>;
  static Key key(const std::string& variant, const profiles::Condition& condition);
  const profiles::SweepCell* find(size_t variant, const profiles::Condition& condition) const;
  void add_variants(const profiles::Sweep& sweep);
  void add_cells(const profiles::Sweep& sweep);
  double items(const profiles::Condition& condition) const;
  void check_same_work();
  void check_same_outputs();

  std::vector<profiles::Variant> variants_;
  std::vector<std::string> labels_;
  std::vector<profiles::SweepMix> mixes_;
  SweepWords words_;
  int cores_ = 0;
  std::vector<const profiles::SweepCell*> cells_;
  std::map<Key, const profiles::SweepCell*> by_key_;
  std::map<std::tuple<std::string, int, int>, std::string> void_;  // threads 0: at any
  std::string same_work_words_;
  std::vector<std::string> warnings_;
};

// Neighbours or a quota.
bool is_disturbed(const profiles::Condition& condition);

// A point of a grid.
profiles::Condition condition_at(const SweepGrid& grid, int point);

SweepWords words_of(const profiles::Sweep& sweep);
// "mix short, batch 8, 4 threads, 2 pinned neighbours"
std::string condition_words(const profiles::Condition& condition, const SweepWords& words);
// "2 pinned neighbours, 1.5 cores of CPU time"; empty when undisturbed.
std::string disturbance_words(const profiles::Condition& condition);

Estimate unavailable_estimate(const std::string& reason);
Estimate estimate_of(const PairedRatio& ratio);

}  // namespace winnow::reports
