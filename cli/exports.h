#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/exports/export.h"

namespace winnow::cli {

// What is to be shown of recordings; no file that it does not need is read.
struct Wanted {
  reports::Format::Needs needs = reports::Format::kReport;
  std::optional<std::string> variant{};  // none: all
  profiles::ProfileClock clock = profiles::ProfileClock::cpu;
  bool detailed = false;
  std::optional<std::string> categories{};  // a rules file, in place of the recorded categories
};

// What the recordings hold, each given as "DIR" or "DIR:VARIANT". Throws base::Error and
// base::UsageError.
reports::Export export_of(const std::vector<std::string>& sources, const Wanted& wanted);

// The index of a variant; throws base::UsageError that names those there are.
size_t variant_named(const reports::Export& source, const std::string& name);

}  // namespace winnow::cli
