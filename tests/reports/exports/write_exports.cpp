#include <cstdio>

#include "base/error.h"
#include "base/file.h"
#include "tests/reports/samples/export_samples.h"

// write_exports FOLDER: the sample in every format, for other tools to read.
int main(int argc, char** argv) try {
  using namespace winnow;
  if (argc != 2) throw base::UsageError("arguments", "write_exports FOLDER");
  reports::Export source = reports::hostile_export();
  for (const reports::Format& format : reports::formats()) {
    source.variant.reset();
    if (format.binary) source.variant = 1;
    base::write_file(std::string(argv[1]) + "/" + format.name, format.render(source));
  }
  source.variant = 1;
  source.clock = profiles::ProfileClock::allocation;
  base::write_file(std::string(argv[1]) + "/pprof-allocation", export_pprof(source));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
