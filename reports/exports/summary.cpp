#include "reports/pages/summary.h"

#include "reports/exports/export.h"

namespace winnow::reports {

namespace {

constexpr size_t kColumns = 100;

}  // namespace

std::string export_summary(const Export& source) { return to_summary(source.report, kColumns); }

}  // namespace winnow::reports
