#include "tests/fuzz/target.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/utf8.h"

namespace winnow::fuzz {

std::vector<Target> all_targets() {
  std::vector<Target> all;
  for (const auto targets : {model_targets, scenario_targets, recording_targets, raw_targets,
                             symbol_targets, command_targets, planted_targets})
    for (const Target& target : targets()) all.push_back(target);
  return all;
}

const Target* find_target(std::string_view name) {
  static const std::vector<Target> all = all_targets();
  for (const Target& target : all)
    if (target.name == name) return &target;
  return nullptr;
}

void fault(const std::string& what) {
  std::fprintf(stderr, "fault: %s\n", base::printable(what).c_str());
  std::abort();
}

void check_error(const base::Error& error) {
  const std::string_view text = error.what();
  require(base::printable(text) == text,
          "an error with control characters or bytes that are not UTF-8: " + std::string(text));
  const size_t colon = text.find(": ", 1);  // a subject may be any text, but not none
  require(colon != std::string_view::npos && colon + 2 < text.size(),
          "an error that is not \"subject: problem\": " + std::string(text));
}

std::string folder() {
  static const Scratch scratch;
  return scratch.path();
}

std::string file_of(const std::string& name, std::string_view bytes) {
  const std::filesystem::path path = std::filesystem::path(folder()) / name;
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  require(file.good(), path.string() + ": cannot be written");
  return path.string();
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void require_equal(std::string_view first, std::string_view second, const std::string& what) {
  if (first == second) return;
  const auto [a, b] = std::mismatch(first.begin(), first.end(), second.begin(), second.end());
  const auto at = static_cast<size_t>(a - first.begin());
  const size_t from = at < 40 ? 0 : at - 40;
  fault(what + " differs when it is read again, at byte " + std::to_string(at) + ": \"" +
        std::string(first.substr(from, 80)) + "\" became \"" +
        std::string(second.substr(from, 80)) + "\"");
}

uint8_t Parts::byte() {
  if (rest_.empty()) return 0;
  const auto value = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

uint64_t Parts::word() {
  uint64_t value = 0;
  const size_t size = std::min(sizeof value, rest_.size());
  std::memcpy(&value, rest_.data(), size);
  rest_.remove_prefix(size);
  return value;
}

std::string_view Parts::text() {
  const size_t end = std::min(rest_.find('\0'), rest_.size());
  const std::string_view text = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return text;
}

}  // namespace winnow::fuzz
