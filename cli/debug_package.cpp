#include "cli/debug_package.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

// Where programs and libraries lie; a completion or a manual page has the same name.
bool holds_code(const std::string& path) {
  return std::ranges::any_of(
      std::vector<std::string>{"/bin/", "/sbin/", "/lib/", "/lib64/", "/usr/bin/", "/usr/sbin/",
                               "/usr/lib/", "/usr/libexec/", "/usr/games/"},
      [&](const std::string& folder) { return path.starts_with(folder); });
}

bool lists_file(const fs::path& list, const std::string& ending) {
  std::ifstream file(list);
  for (std::string line; std::getline(file, line);)
    if (line.ends_with(ending) && holds_code(line)) return true;
  return false;
}

}  // namespace

std::string package_of(const std::string& file_name, const std::string& lists) {
  std::error_code failed;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(lists, failed))
    if (entry.path().extension() == ".list" && lists_file(entry.path(), "/" + file_name))
      found.push_back(entry.path().stem());
  if (found.empty()) return "";
  const std::string name = std::ranges::min(found).string();
  return name.substr(0, name.find(':'));
}

std::string how_to_get_symbols(const std::string& file_name) {
  const std::string build = "build it with -g and do not strip it";
  const std::string package = package_of(file_name);
  if (package.empty()) return build;
  // The C library has kept the older name.
  return "install " + package + (package == "libc6" ? "-dbg" : "-dbgsym") + ", or " + build;
}

}  // namespace winnow::cli
