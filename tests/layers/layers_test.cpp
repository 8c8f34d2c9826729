#include <filesystem>

#include "base/file.h"
#include "tests/catch.h"
#include "tests/layers/includes.h"

namespace fs = std::filesystem;
using namespace winnow;

namespace {

// Every source and header of the program, by its path from the root.
std::map<std::string, std::string> sources() {
  std::map<std::string, std::string> all;
  for (const std::string& folder : layers::top_folders())
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_ROOT) / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp" && extension != ".c") continue;
      all[fs::relative(entry.path(), SOURCE_ROOT).string()] =
          base::read_file(entry.path().string());
    }
  return all;
}

using Problems = std::vector<std::string>;

}  // namespace

TEST_CASE("every include follows the arrows between the folders") {
  Problems found;
  const auto all = sources();
  CHECK(all.size() > 300);
  for (const auto& [path, source] : all)
    for (std::string& problem : layers::violations(path, source))
      found.push_back(std::move(problem));
  CHECK(found == Problems{});
}

TEST_CASE("no files include each other in a circle") {
  layers::Units units;
  for (const auto& [path, source] : sources()) layers::add_file(units, path, source);
  CHECK(layers::circles(units) == Problems{});
}

TEST_CASE("the arrows themselves go round in no circle") {
  layers::Units folders;
  for (const auto& [folder, allowed] : layers::arrows()) {
    for (const std::string& target : allowed) CHECK(layers::arrows().contains(target));
    folders[folder].insert(allowed.begin(), allowed.end());
  }
  CHECK(layers::circles(folders) == Problems{});
}

TEST_CASE("an include against the arrows is found, however it is written") {
  using layers::violations;
  CHECK(violations("profiles/run/run.cpp", "#include \"engine/model.h\"\n") ==
        Problems{"profiles/run/run.cpp includes engine/model.h: not allowed"});
  CHECK(violations("engine/model.cpp", "  # include   \"reports/pages/markdown.h\"\n").size() == 1);
  CHECK(violations("base/error.cpp", "#include\"kernels/kernels.h\"\n").size() == 1);
  CHECK(violations("reports/pages/a.cpp",
                   "#include \"profiles/recording/recording.h\"\n#include <map>\n")
            .empty());
  CHECK(violations("cli/main.cpp", "#include \"version.h\"\n").empty());
}

TEST_CASE("the longest folder of a path decides") {
  using layers::violations;
  CHECK(violations("reports/blocks/pairs.cpp", "#include \"reports/comparison/report.h\"\n") ==
        Problems{"reports/blocks/pairs.cpp includes reports/comparison/report.h: not allowed"});
  CHECK(violations("cli/run_command.cpp", "#include \"cli/gate/output.h\"\n").size() == 1);
  CHECK(violations("cli/gate/output.cpp", "#include \"cli/commands.h\"\n").empty());
  CHECK(violations("reports/stray.cpp", "") ==
        Problems{"reports/stray.cpp: its folder has no arrows"});
}

TEST_CASE("a circle is found whatever its length, and a source with its header is none") {
  layers::Units units;
  layers::add_file(units, "a/one.cpp", "#include \"a/one.h\"\n#include \"a/two.h\"\n");
  layers::add_file(units, "a/two.h", "#include \"a/three.h\"\n");
  layers::add_file(units, "a/three.h", "#include \"a/four.h\"\n");
  CHECK(layers::circles(units).empty());
  layers::add_file(units, "a/three.cpp", "#include \"a/one.h\"\n");
  CHECK(layers::circles(units) == Problems{"a/one, a/three, a/two"});
}
