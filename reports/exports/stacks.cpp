#include "reports/exports/stacks.h"

#include "base/error.h"

namespace winnow::reports {

size_t only_variant(const Export& source, const std::string& format) {
  if (source.variant) return *source.variant;
  if (source.recording().variants.size() == 1) return 0;
  std::string names;
  for (const auto& variant : source.recording().variants)
    names += (names.empty() ? "" : ", ") + variant.name;
  throw base::UsageError(format, "holds one variant: choose with --variant, of " + names);
}

}  // namespace winnow::reports
