#include <filesystem>

#include "base/file.h"
#include "tests/catch.h"
#include "tests/layers/includes.h"

namespace fs = std::filesystem;
using namespace winnow;

TEST_CASE("every include follows the arrows between the folders") {
  std::vector<std::string> found;
  int files = 0;
  for (const auto& [folder, allowed] : layers::arrows())
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_ROOT) / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp" && extension != ".c") continue;
      ++files;
      const std::string path = fs::relative(entry.path(), SOURCE_ROOT).string();
      for (std::string& problem : layers::violations(path, base::read_file(entry.path().string())))
        found.push_back(std::move(problem));
    }
  CHECK(files > 50);
  CHECK(found == std::vector<std::string>{});
}

TEST_CASE("an include against the arrows is found, however it is written") {
  using layers::violations;
  CHECK(violations("profiles/run/run.cpp", "#include \"engine/model.h\"\n") ==
        std::vector<std::string>{"profiles/run/run.cpp includes engine: not allowed"});
  CHECK(violations("engine/a/b.cpp", "  # include   \"reports/pages/markdown.h\"\n").size() == 1);
  CHECK(violations("base/error.cpp", "#include\"kernels/kernels.h\"\n").size() == 1);
  CHECK(violations("reports/a.cpp", "#include \"profiles/recording/recording.h\"\n#include <map>\n")
            .empty());
  CHECK(violations("cli/main.cpp", "#include \"version.h\"\n").empty());
}
