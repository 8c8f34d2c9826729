#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace winnow::reports {

// Plain text for a terminal: "name  text", lines of at most `columns` columns where words allow it,
// a text's further lines below its first one. Of a character that is wide or combining the width is
// not known. Control characters are made visible. Each line is closed.
class NamedLines {
 public:
  explicit NamedLines(size_t columns) : columns_(columns) {}

  // No name: from the first column on.
  void add(std::string_view name, std::string_view text);
  const std::string& text() const { return text_; }

 private:
  size_t columns_;
  std::string text_;
};

}  // namespace winnow::reports
