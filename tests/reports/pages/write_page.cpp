#include <cstdio>
#include <exception>

#include "base/file.h"
#include "reports/comparison/comparison.h"
#include "reports/pages/html_page.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/sweep_report.h"
#include "tests/reports/samples/picture_samples.h"
#include "tests/reports/samples/samples.h"
#include "tests/reports/samples/sweep_samples.h"

// write_page FILE SWEEP_FILE: the pages of a sample recording and of a sample sweep, for the test
// in a browser.
int main(int argc, char** argv) {
  using namespace winnow;
  if (argc != 3) return 2;
  try {
    const auto report = reports::make_report(reports::realistic_recording());
    base::write_file(argv[1], reports::to_html(report, reports::sample_pictures()));
    const auto sweep = reports::make_sweep_report(reports::realistic_sweep());
    base::write_file(argv[2], reports::sweep_html(sweep));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
  return 0;
}
