#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace winnow::scenarios {

// A scenario's file with this text.
class TextFile {
 public:
  explicit TextFile(const std::string& text) { base::write_file(path_, text); }
  const std::string& path() const { return path_; }

 private:
  const Scratch folder_;
  const std::string path_ = folder_ / "scenario.toml";
};

inline std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

// A text and what is wrong with it: the error after the file's path.
struct WrongText {
  std::string text;
  std::string problem;
};

// load(path) must refuse each of them so.
template <class Load>
void check_problems(const Load& load, const std::vector<WrongText>& table) {
  for (const auto& [text, problem] : table) {
    INFO(problem);
    const TextFile file(text);
    CHECK_THROWS_AS(load(file.path()), base::UsageError);
    CHECK_THROWS_WITH(load(file.path()), file.path() + ": " + problem);
  }
}

// A part of a good text, what stands there instead, and what is wrong then.
struct WrongPart {
  std::string_view part, instead;
  std::string problem;
};

template <class Load>
void check_problems(const Load& load, const std::string& good,
                    const std::vector<WrongPart>& table) {
  std::vector<WrongText> texts;
  for (const auto& [part, instead, problem] : table)
    texts.push_back({replaced(good, part, instead), problem});
  check_problems(load, texts);
}

}  // namespace winnow::scenarios
