#include "base/error.h"
#include "reports/blocks/pairs.h"
#include "reports/exports/export.h"
#include "reports/markup/junit_xml.h"

namespace winnow::reports {

namespace {

// A variant that is proven slower than the baseline fails; what could not be decided is skipped.
JunitCase comparison(const Export& source, size_t variant) {
  const Report& report = source.report;
  const Pairs& pairs = report.pairs[variant];
  JunitCase test{
      source.recording().variants[variant].name,
      "against " + report.variants.front() + ": wall time of " + report.words.an_iteration,
      JunitCase::kPassed, "", ratio_words(pairs)};
  if (pairs.evidence == Evidence::kVoid) {
    test.result = JunitCase::kError;
    test.type = "void";
    test.message = report.same_work.sentence;
  } else if (pairs.count() == 0) {
    test.result = JunitCase::kSkipped;
    test.message = "unavailable: there are no pairs of blocks";
  } else if (pairs.evidence == Evidence::kProven && pairs.ratio && *pairs.ratio < 1) {
    test.result = JunitCase::kFailed;
    test.type = "slower";
  } else if (pairs.evidence == Evidence::kUnproven) {
    test.result = JunitCase::kSkipped;
    test.message += ": too few pairs to prove anything";
  }
  return test;
}

}  // namespace

std::string export_junit(const Export& source) {
  std::vector<JunitCase> cases;
  for (size_t variant = 1; variant < source.report.variants.size(); ++variant)
    if (!source.variant || *source.variant == variant) cases.push_back(comparison(source, variant));
  if (cases.empty()) throw base::Error("junit", "unavailable: there is nothing to compare");
  return junit_xml("winnow report", cases, {{"Verdict", source.report.verdict.title}});
}

}  // namespace winnow::reports
