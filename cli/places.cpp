#include "cli/places.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <vector>

#include "base/error.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

// The folder that this program lies in; links to it are followed.
fs::path here() { return fs::read_symlink("/proc/self/exe").parent_path(); }

// The file beside this program, or in one of the folders, which are relative to the program's.
std::string companion(const std::string& name, const std::vector<std::string>& folders) {
  std::vector<std::string> places;
  for (const std::string& folder : folders) {
    const fs::path place = folder.empty() ? here() : (here() / folder).lexically_normal();
    if (fs::exists(place / name)) return (place / name).string();
    places.push_back(place.string());
  }
  throw base::Error(name,
                    fmt::format("not found in {}; build it with ninja, or install winnow anew",
                                fmt::join(places, ", ")));
}

}  // namespace

std::string engine_file(const std::string& strategy) {
  return companion("winnow-engine-" + strategy, {"", "../scenarios", "../libexec/winnow"});
}

std::string agent_library() {
  return companion("libwinnow-agent.so", {"", "../profiles/agent", "../lib/winnow"});
}

std::string installed_scenarios() {
  const fs::path folder = (here() / "../share/winnow/scenarios").lexically_normal();
  std::error_code error;
  return fs::is_directory(folder, error) ? folder.string() : "";
}

std::string scenario_file(const std::string& name) {
  const std::string folder = installed_scenarios();
  if (folder.empty() || fs::exists(name)) return name;
  fs::path asked = name;
  if (asked.parent_path() == "scenarios") asked = asked.filename();
  if (asked.has_parent_path()) return name;
  for (const std::string& file : {asked.string(), asked.string() + ".toml"})
    if (fs::exists(fs::path(folder) / file)) return (fs::path(folder) / file).string();
  throw base::Error(name, "no such file, here or in " + folder);
}

}  // namespace winnow::cli
