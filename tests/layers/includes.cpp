#include "tests/layers/includes.h"

#include <sstream>

namespace winnow::layers {

const Arrows& arrows() {
  static const Arrows arrows{
      {"base", {"base"}},
      {"kernels", {"base", "kernels"}},
      {"engine", {"base", "kernels", "engine"}},
      {"scenarios", {"base", "kernels", "engine", "scenarios"}},
      {"profiles", {"base", "profiles"}},
      {"reports", {"base", "profiles", "reports"}},
      {"cli", {"base", "kernels", "engine", "scenarios", "profiles", "reports", "cli"}},
  };
  return arrows;
}

std::vector<std::string> included_folders(std::string_view source) {
  std::vector<std::string> folders;
  std::istringstream lines{std::string(source)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string directive, target;
    words >> directive;
    if (directive == "#") {
      words >> target;
      directive += target;
    }
    if (directive.rfind("#include", 0) != 0) continue;
    const size_t open = line.find('"');
    const size_t close = line.find('"', open + 1);
    if (open == std::string::npos || close == std::string::npos) continue;
    const std::string path = line.substr(open + 1, close - open - 1);
    const size_t slash = path.find('/');
    folders.push_back(slash == std::string::npos ? "" : path.substr(0, slash));
  }
  return folders;
}

std::vector<std::string> violations(const std::string& path, std::string_view source) {
  std::vector<std::string> found;
  const auto allowed = arrows().find(path.substr(0, path.find('/')));
  if (allowed == arrows().end()) return found;
  for (const std::string& folder : included_folders(source)) {
    const bool generated = folder.empty();  // version.h, made by the build
    if (!generated && !allowed->second.contains(folder))
      found.push_back(path + " includes " + folder + ": not allowed");
  }
  return found;
}

}  // namespace winnow::layers
