#include "scenarios/machine_memory.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/file.h"

namespace winnow::scenarios {
namespace {

namespace fs = std::filesystem;

// Empty where there is no such file.
std::string contents(const std::string& file) {
  try {
    return base::read_file(file, size_t{1} << 20);
  } catch (const base::Error&) {
    return {};
  }
}

std::string first_line(const std::string& file) {
  const std::string text = contents(file);
  return text.substr(0, text.find('\n'));
}

std::optional<size_t> number(std::string_view text) {
  size_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || value > (size_t{1} << 50)) return std::nullopt;
  return value;
}

// The processors' caches of one level, each once, however many processors share it.
using Caches = std::map<std::string, size_t>;

void add_caches(const std::string& folder, std::map<size_t, Caches>& levels) {
  std::error_code error;
  for (const auto& index : fs::directory_iterator(folder, error)) {
    const std::string cache = index.path().string();
    const auto level = number(first_line(cache + "/level"));
    const auto kilobytes = number(first_line(cache + "/size"));  // "32768K"
    const std::string shared = first_line(cache + "/shared_cpu_list");
    if (level && kilobytes && !shared.empty() && first_line(cache + "/type") != "Instruction")
      levels[*level][shared] = *kilobytes * 1024;
  }
}

std::optional<size_t> available_bytes(const std::string& meminfo) {
  const std::string text = "\n" + contents(meminfo), name = "\nMemAvailable:";
  const size_t at = text.find(name);
  if (at == std::string::npos) return std::nullopt;
  const std::string line =
      text.substr(at + name.size(), text.find('\n', at + 1) - at - name.size());
  const size_t digits = line.find_first_of("0123456789");
  if (digits == std::string::npos) return std::nullopt;
  const auto kilobytes = number(std::string_view(line).substr(digits));
  return kilobytes ? std::optional(*kilobytes * 1024) : std::nullopt;
}

}  // namespace

std::optional<size_t> last_level_cache_bytes(const std::string& root) {
  std::map<size_t, Caches> levels;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root + "/sys/devices/system/cpu", error))
    if (entry.path().filename().string().starts_with("cpu"))
      add_caches(entry.path().string() + "/cache", levels);
  if (levels.empty()) return std::nullopt;
  size_t total = 0;
  for (const auto& [processors, bytes] : levels.rbegin()->second) total += bytes;
  return total;
}

std::optional<size_t> free_memory_bytes(const std::string& root) {
  std::optional<size_t> least = available_bytes(root + "/proc/meminfo");
  // Version 2 of control groups, and version 1.
  const std::pair<const char*, const char*> groups[] = {
      {"memory.max", "memory.current"},
      {"memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"}};
  for (const auto& [limit_file, usage_file] : groups) {
    const auto limit = number(first_line(root + "/sys/fs/cgroup/" + limit_file));
    const auto usage = number(first_line(root + "/sys/fs/cgroup/" + usage_file));
    if (!limit || !usage) continue;  // no limit reads "max", or more than there can be
    const size_t left = *limit > *usage ? *limit - *usage : 0;
    least = std::min(least.value_or(left), left);
  }
  return least;
}

}  // namespace winnow::scenarios
