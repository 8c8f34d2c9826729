#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::cli {

inline constexpr std::string_view kDefaultModel = "models/synthetic-300m.gguf";

// The model that a command uses: the one that was named, else the default when it is there. Throws
// base::UsageError that says how to make one.
std::string model_path(const std::optional<std::string>& named);

// Texts, one a line, from a file or standard input ("-"). A line may have any length and any
// bytes; its end, "\n" or "\r\n", is not part of the text; a last line needs none.
class TextReader {
 public:
  explicit TextReader(const std::string& path);
  ~TextReader();

  // Up to `count` further texts; empty at the end.
  std::vector<std::string> next(size_t count);

 private:
  bool next_line(std::string& line);

  std::string path_;
  std::FILE* file_;
  char* buffer_ = nullptr;
  size_t buffer_size_ = 0;
};

}  // namespace winnow::cli
