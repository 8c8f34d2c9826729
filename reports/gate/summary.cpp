#include <fmt/format.h>

#include <algorithm>

#include "reports/gate/renderers.h"
#include "reports/gate/words.h"
#include "reports/markup/named_lines.h"

namespace winnow::reports {

namespace {

constexpr size_t kMostRows = 4, kMostCauses = 3;

// The first one has the name, the others stand below it.
class Group {
 public:
  Group(NamedLines& lines, std::string_view name, size_t most)
      : lines_(lines), name_(name), most_(most) {}

  void add(const std::string& text) {
    if (count_ < most_) lines_.add(count_ == 0 ? name_ : " ", text);
    ++count_;
  }
  void close() {
    if (count_ > most_) lines_.add(" ", fmt::format("{} more", count_ - most_));
  }

 private:
  NamedLines& lines_;
  std::string_view name_;
  size_t most_, count_ = 0;
};

// "pool, cpu_time: 12.1 ms/iteration against 12 ms/iteration, +0.8% (-0.2% to +1.9%, 10 pairs)"
std::string row_text(const GateRow& row) {
  return fmt::format("{}, {}: {} {} against {}, {}", row.variant, row.metric, candidate_text(row),
                     row.unit, baseline_text(row), change_text(row));
}

}  // namespace

std::string gate_summary(const GateReport& report, size_t columns,
                         const std::vector<std::pair<std::string, std::string>>& places) {
  NamedLines lines(columns);
  lines.add("", fmt::format("{}: {}", outcome_name(report.outcome), whole_sentence(report)));
  Group times(lines, "Times", kMostRows);
  for (const GateRow& row : report.rows)
    if (is_time(row) && row.ratio) times.add(row_text(row));
  times.close();
  Group causes(lines, "Because", kMostCauses);
  for (const GateKernel& kernel : report.kernels)
    if (kernel.risen()) causes.add(kernel_sentence(kernel));
  for (const GateSite& site : report.sites) causes.add(site_sentence(site));
  causes.close();
  Group failures(lines, "Failed", kMostCauses);
  for (const GateFailure& failure : report.failures) failures.add(failure_text(failure));
  failures.close();
  for (const auto& [name, value] : facts_of(report)) lines.add(name, value);
  for (const std::string& warning : warnings_of(report)) lines.add("WARNING", warning);
  for (const auto& [name, value] : places) lines.add(name, value);
  return lines.text();
}

}  // namespace winnow::reports
