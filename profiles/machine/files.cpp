#include "profiles/machine/files.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <sstream>

#include "base/cpu_quota.h"
#include "base/error.h"
#include "base/file.h"

namespace winnow::profiles {
namespace {

constexpr size_t kLimitBytes = size_t{4} << 20;
constexpr int kLimitCpus = 1 << 16;

}  // namespace

std::string trimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t\n\""), text.size());
  const size_t end = text.find_last_not_of(" \t\n\"");
  return begin == text.size() ? "" : std::string(text.substr(begin, end - begin + 1));
}

std::optional<int64_t> to_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::vector<int> parse_list(const std::string& text) {
  std::vector<int> numbers;
  std::istringstream ranges(text);
  for (std::string range; std::getline(ranges, range, ',');) {
    const size_t dash = range.find('-');
    const auto first = to_integer(range.substr(0, dash));
    const auto last = dash == std::string::npos ? first : to_integer(range.substr(dash + 1));
    const int64_t least = numbers.empty() ? 0 : numbers.back() + 1;  // the kernel's are ascending
    if (!first || !last || *first < least || *last < *first || *last >= kLimitCpus) return {};
    for (int64_t n = *first; n <= *last; ++n) numbers.push_back(static_cast<int>(n));
  }
  return numbers;
}

Answer MachineFiles::read(const std::string& path) const {
  try {
    std::string text = trimmed(base::read_file(root_ + path, kLimitBytes));
    if (text.empty()) return unknown(path + " is empty");
    return {std::move(text), ""};
  } catch (const base::Error& error) {
    return unknown(std::string(error.what()).substr(base::printable(root_).size()));
  }
}

Answer MachineFiles::read_field(const std::string& path, std::string_view key,
                                char separator) const {
  const Answer all = read(path);
  std::istringstream lines(all.value);
  for (std::string line; std::getline(lines, line);) {
    const size_t at = line.find(separator);
    if (at != std::string::npos && trimmed(line.substr(0, at)) == key)
      return {trimmed(line.substr(at + 1)), ""};
  }
  return all.value.empty() ? all : unknown(path + " has no " + std::string(key));
}

MachineFiles::Throttled MachineFiles::throttled() const {
  struct Hierarchy {
    const char* mount;
    const char* controller;
    const char* key;
    int64_t unit_ns;
  };
  constexpr Hierarchy kHierarchies[] = {
      {"/sys/fs/cgroup/cpu", "cpu", "throttled_time", 1},
      {"/sys/fs/cgroup/cpu,cpuacct", "cpu", "throttled_time", 1},
      {"/sys/fs/cgroup", "", "throttled_usec", 1000},
  };
  for (const Hierarchy& hierarchy : kHierarchies) {
    const auto path = base::control_group(hierarchy.controller, root_);
    if (!path) continue;
    // In a container the group's path is often not mounted; then the mount's own files hold.
    for (const std::string& group : {*path == "/" ? "" : *path, std::string()}) {
      const std::string file = hierarchy.mount + group + "/cpu.stat";
      const auto time = to_integer(read_field(file, hierarchy.key, ' ').value);
      if (time && *time >= 0 && *time <= std::numeric_limits<int64_t>::max() / hierarchy.unit_ns)
        return {*time * hierarchy.unit_ns, file};
    }
  }
  return {{}, "no throttled_time (cgroup version 1) or throttled_usec (2) in a cpu.stat here"};
}

}  // namespace winnow::profiles
