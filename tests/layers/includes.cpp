#include "tests/layers/includes.h"

#include <algorithm>
#include <sstream>

namespace winnow::layers {

namespace {

// The longest folder of the arrows in which the path lies; "": none.
std::string folder_of(std::string_view path) {
  for (size_t end = path.rfind('/'); end != std::string_view::npos && end > 0;
       end = path.rfind('/', end - 1))
    if (arrows().contains(path.substr(0, end))) return std::string(path.substr(0, end));
  return "";
}

std::string unit_of(const std::string& path) { return path.substr(0, path.rfind('.')); }

void reach(const Units& units, const std::string& from, std::set<std::string>& reached) {
  const auto found = units.find(from);
  if (found == units.end()) return;
  for (const std::string& unit : found->second)
    if (reached.insert(unit).second) reach(units, unit, reached);
}

}  // namespace

const Arrows& arrows() {
  static const Arrows arrows{
      {"base", {}},
      {"kernels", {"base"}},
      {"engine", {"base", "kernels", "engine/schedulers"}},
      {"engine/schedulers", {"base"}},
      {"scenarios", {"base", "kernels", "engine", "engine/schedulers"}},
      {"profiles/recording", {"base"}},
      {"profiles/symbols", {"base", "profiles/recording"}},
      {"profiles/perf", {"base", "profiles/recording", "profiles/symbols"}},
      {"profiles/agent", {"base"}},
      {"profiles/raw",
       {"base", "profiles/agent", "profiles/perf", "profiles/recording", "profiles/symbols"}},
      {"profiles/machine", {"base", "profiles/recording"}},
      {"profiles/process", {"base", "profiles/machine", "profiles/raw", "profiles/recording"}},
      {"profiles/program",
       {"base", "profiles/machine", "profiles/perf", "profiles/process", "profiles/raw",
        "profiles/recording"}},
      {"profiles/run",
       {"base", "profiles/machine", "profiles/process", "profiles/program", "profiles/raw",
        "profiles/recording"}},
      {"profiles/sweep",
       {"base", "profiles/machine", "profiles/process", "profiles/program", "profiles/recording"}},
      {"reports/statistics", {"base"}},
      {"reports/figures", {"base"}},
      {"reports/markup", {"base"}},
      {"reports/recorded", {"base", "profiles/recording", "reports/figures"}},
      {"reports/plots", {"base", "profiles/recording", "reports/figures", "reports/markup"}},
      {"reports/blocks",
       {"base", "profiles/recording", "reports/figures", "reports/recorded", "reports/statistics"}},
      {"reports/ledger", {"base", "profiles/recording", "reports/figures", "reports/recorded"}},
      {"reports/tables",
       {"base", "profiles/recording", "reports/blocks", "reports/figures", "reports/recorded",
        "reports/statistics"}},
      {"reports/comparison",
       {"base", "profiles/recording", "reports/blocks", "reports/figures", "reports/ledger",
        "reports/recorded", "reports/statistics", "reports/tables"}},
      {"reports/gate",
       {"base", "profiles/recording", "reports/blocks", "reports/figures", "reports/markup",
        "reports/recorded", "reports/statistics", "reports/tables"}},
      {"reports/studies",
       {"base", "profiles/recording", "reports/blocks", "reports/figures", "reports/markup",
        "reports/recorded", "reports/statistics"}},
      {"reports/detail",
       {"base", "profiles/recording", "reports/comparison", "reports/figures", "reports/markup",
        "reports/recorded", "reports/statistics"}},
      {"reports/pages",
       {"base", "profiles/recording", "reports/blocks", "reports/comparison", "reports/figures",
        "reports/ledger", "reports/markup", "reports/plots", "reports/recorded",
        "reports/statistics"}},
      {"reports/exports",
       {"base", "profiles/recording", "reports/blocks", "reports/comparison", "reports/detail",
        "reports/markup", "reports/pages", "reports/recorded"}},
      {"reports/sweep",
       {"base", "profiles/recording", "reports/figures", "reports/markup", "reports/pages",
        "reports/plots", "reports/recorded", "reports/statistics"}},
      {"cli",
       {"base",
        "kernels",
        "engine",
        "engine/schedulers",
        "scenarios",
        "profiles/recording",
        "profiles/machine",
        "profiles/process",
        "profiles/program",
        "profiles/run",
        "profiles/sweep",
        "profiles/symbols",
        "reports/statistics",
        "reports/markup",
        "reports/recorded",
        "reports/comparison",
        "reports/studies",
        "reports/detail",
        "reports/pages",
        "reports/exports",
        "reports/sweep"}},
      {"cli/gate",
       {"base", "cli", "scenarios", "profiles/recording", "profiles/process", "profiles/run",
        "reports/recorded", "reports/statistics", "reports/gate"}},
  };
  return arrows;
}

std::vector<std::string> top_folders() {
  std::set<std::string> folders;
  for (const auto& [folder, allowed] : arrows()) folders.insert(folder.substr(0, folder.find('/')));
  return {folders.begin(), folders.end()};
}

std::vector<std::string> included_paths(std::string_view source) {
  std::vector<std::string> paths;
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
    paths.push_back(line.substr(open + 1, close - open - 1));
  }
  return paths;
}

std::vector<std::string> violations(const std::string& path, std::string_view source) {
  std::vector<std::string> found;
  const std::string folder = folder_of(path);
  const auto allowed = arrows().find(folder);
  if (allowed == arrows().end()) return {path + ": its folder has no arrows"};
  for (const std::string& include : included_paths(source)) {
    const bool generated = include.find('/') == std::string::npos;
    const std::string target = folder_of(include);
    if (!generated && target != folder && !allowed->second.contains(target))
      found.push_back(path + " includes " + include + ": not allowed");
  }
  return found;
}

void add_file(Units& units, const std::string& path, std::string_view source) {
  const std::string unit = unit_of(path);
  for (const std::string& include : included_paths(source))
    if (unit_of(include) != unit) units[unit].insert(unit_of(include));
}

std::vector<std::string> circles(const Units& units) {
  std::map<std::string, std::set<std::string>> reached;
  for (const auto& [unit, includes] : units) reach(units, unit, reached[unit]);
  std::set<std::string> found;
  for (const auto& [unit, others] : reached) {
    if (!others.contains(unit)) continue;
    std::string names;
    for (const std::string& other : others)
      if (reached[other].contains(unit)) names += (names.empty() ? "" : ", ") + other;
    found.insert(names);
  }
  return {found.begin(), found.end()};
}

}  // namespace winnow::layers
