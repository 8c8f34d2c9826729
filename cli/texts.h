#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::cli {

inline constexpr std::string_view kModelName = "synthetic-300m.gguf";

// Of --model, in every command.
inline constexpr const char* kModelHelp =
    "GGUF file (models/synthetic-300m.gguf, here, beside this program or in the user's data "
    "folder)";

// The model that a command uses: the one that was named, else the first of model_places(). Throws
// base::UsageError that says how to make one.
std::string model_path(const std::optional<std::string>& named);

// Texts, one a line, from a file or standard input ("-"). A line may have any length and any
// bytes; its end, "\n" or "\r\n", is not part of the text; a last line needs none. A byte order
// mark at the begin of UTF-8 is no part of the first text; that of UTF-16 is an error. Throws
// base::Error.
class TextReader {
 public:
  explicit TextReader(const std::string& path);
  ~TextReader();
  TextReader(const TextReader&) = delete;
  TextReader& operator=(const TextReader&) = delete;

  // Up to `count` further texts: waits for the first, and takes of those behind it what is there
  // already, so that a pipe that stays open is answered a line at a time. Empty at the end.
  std::vector<std::string> next(size_t count);
  // "texts.txt, line 7": of a text of the last batch, by its place there.
  std::string place_of(size_t text) const;

 private:
  bool next_line(std::string& line, bool wait);
  void skip_byte_order_mark();
  void read_more();

  std::string path_;
  int fd_;
  std::string buffer_;
  size_t begin_ = 0;     // of the next line in it
  size_t searched_ = 0;  // no line ends before
  bool started_ = false, ended_ = false;
  uint64_t batch_begin_ = 0, lines_ = 0;
};

}  // namespace winnow::cli
