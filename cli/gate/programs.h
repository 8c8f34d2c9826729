#pragma once

#include <string>
#include <vector>

#include "cli/gate/two_builds.h"
#include "profiles/process/plan.h"
#include "reports/gate/gate.h"
#include "reports/gate/rules.h"

// A gate of programs that need not know of the harness.
namespace winnow::cli {

struct GatePrograms {
  std::vector<profiles::Arm> arms;  // base and head of one program, then of the next
  std::string mode;                 // GateReport::mode
  reports::GateSources sources;
  std::string base_commit, head_commit;  // empty: not known
  std::vector<std::string> notes;
};

// Two commands, the baseline's first, or the two programs of a scenario. Throws base::UsageError.
GatePrograms two_commands(const GateOptions& options);

// One command or more, or the programs of a scenario, each at two commits of the repository in
// which the working folder lies
// (--base, and --head or HEAD), which are built below `out`.builds. Throws as find_revisions() and
// build_revisions(), and base::UsageError for rules that take nothing, before anything is built.
GatePrograms two_commits(const GateOptions& options, const std::vector<reports::GateRule>& rules,
                         const std::string& out);

// Measures and judges them. A program that fails is a verdict, "invalid". Throws base::UsageError,
// Interrupted.
reports::GateReport gate_programs(const GatePrograms& programs, const GateOptions& options,
                                  const std::vector<reports::GateRule>& rules,
                                  const std::string& out);

}  // namespace winnow::cli
