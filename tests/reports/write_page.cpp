#include <cstdio>
#include <exception>

#include "base/file.h"
#include "reports/comparison.h"
#include "reports/html_page.h"
#include "tests/reports/picture_samples.h"
#include "tests/reports/samples.h"

// write_page FILE: the page of a sample recording, for the test in a browser.
int main(int argc, char** argv) {
  using namespace winnow;
  if (argc != 2) return 2;
  try {
    const auto report = reports::make_report(reports::realistic_recording());
    base::write_file(argv[1], reports::to_html(report, reports::sample_pictures()));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
  return 0;
}
