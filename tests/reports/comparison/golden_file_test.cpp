#include <cstdlib>

#include "base/file.h"
#include "reports/comparison/comparison.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"

namespace winnow::reports {

// After a wanted change: WINNOW_UPDATE_GOLDEN=1 reports_test writes the file anew; read its diff.
TEST_CASE("the report of a realistic recording, byte for byte") {
  const std::string file = WINNOW_REPORTS_DATA "/spawn_and_pool.md";
  const std::string report = to_markdown(make_report(realistic_recording()));
  if (std::getenv("WINNOW_UPDATE_GOLDEN")) base::write_file(file, report);
  CHECK(report == base::read_file(file));
}

}  // namespace winnow::reports
