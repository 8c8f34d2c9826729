#include "base/toml.h"

#include <sstream>

#include "base/error.h"
#include "base/file.h"

namespace winnow::base {
namespace {

constexpr size_t kFileLimitBytes = size_t{16} << 20;
constexpr int kKeyPartsLimit = 1000;

// How many dots stand in a line before its first equals sign or comment, outside quotes.
int dots_of_key(const std::string& line) {
  int dots = 0;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '=' || c == '#') {
      break;
    } else if (c == '.') {
      ++dots;
    }
  }
  return dots;
}

void check_key_parts(const std::string& text, const std::string& path) {
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (dots_of_key(line) >= kKeyPartsLimit)
      throw UsageError(path, "line " + std::to_string(number) + ": a key of more than " +
                                 std::to_string(kKeyPartsLimit) + " parts");
  }
}

}  // namespace

toml::table parse_toml(const std::string& text, const std::string& path) {
  check_key_parts(text, path);
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw UsageError(path, "line " + std::to_string(error.source().begin.line) + ": " +
                               std::string(error.description()));
  }
}

toml::table parse_toml_file(const std::string& path) {
  return parse_toml(read_file(path, kFileLimitBytes), path);
}

}  // namespace winnow::base
