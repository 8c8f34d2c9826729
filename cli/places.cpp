#include "cli/places.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "cli/did_you_mean.h"

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

constexpr const char* kExample = "batch32.toml";

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::vector<std::string> scenarios_in(const fs::path& folder, bool with_end) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const fs::path& file = entry.path(); file.extension() == ".toml")
      names.push_back((with_end ? file.filename() : file.stem()).string());
  std::ranges::sort(names);
  return names;
}

}  // namespace

const std::string& existing(const std::string& path) {
  std::error_code error;
  if (fs::status(path, error).type() == fs::file_type::not_found)
    throw base::UsageError(path, "no such file or folder");
  return path;
}

std::string engine_file(const std::string& strategy) {
  return companion("winnow-engine-" + strategy, {"", "../scenarios", "../libexec/winnow"});
}

std::string agent_library() {
  return companion("libwinnow-agent.so", {"", "../profiles/agent", "../lib/winnow"});
}

std::string own_scenarios() {
  // Installed, or of a build folder among the sources.
  for (const char* place : {"../share/winnow/scenarios", "../../scenarios"}) {
    const fs::path folder = (here() / place).lexically_normal();
    if (is_there(folder / kExample)) return folder.string();
  }
  return "";
}

std::string scenario_file(const std::string& name) {
  if (is_there(name)) return name;
  const std::string folder = own_scenarios();
  fs::path asked = name;
  if (asked.parent_path() == "scenarios") asked = asked.filename();
  const bool named = !folder.empty() && !asked.has_parent_path();
  if (named)
    for (const std::string& file : {asked.string(), asked.string() + ".toml"})
      if (is_there(fs::path(folder) / file)) return (fs::path(folder) / file).string();
  const fs::path file = name, beside = file.parent_path();
  const auto known = scenarios_in(named            ? fs::path(folder)
                                  : beside.empty() ? fs::path(".")
                                                   : beside,
                                  file.extension() == ".toml");
  throw base::UsageError(name,
                         fmt::format("no such file{}{}", named ? ", here or in " + folder : "",
                                     did_you_mean(file.filename().string(), known,
                                                  beside.empty() ? "" : beside.string() + "/",
                                                  "; winnow list shows the scenarios")));
}

std::string user_folder(const char* variable, const char* below_home) {
  // A relative one does not count.
  const auto absolute = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value == '/' ? fs::path(value) : fs::path();
  };
  if (const fs::path folder = absolute(variable); !folder.empty())
    return (folder / "winnow").string();
  const fs::path home = absolute("HOME");
  return home.empty() ? "" : (home / below_home / "winnow").string();
}

std::vector<std::string> model_places(const std::string& name) {
  std::vector<std::string> places{"models/" + name};
  for (const char* folder : {"../../models", "../share/winnow/models"})
    places.push_back((here() / folder / name).lexically_normal().string());
  if (const fs::path user = user_folder("XDG_DATA_HOME", ".local/share"); !user.empty())
    places.push_back((user / "models" / name).string());
  return places;
}

}  // namespace winnow::cli
