#include "cli/texts.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "cli/command_line.h"

namespace winnow::cli {

std::string model_path(const std::optional<std::string>& named) {
  if (named) return *named;
  std::string path(kDefaultModel);
  if (!std::filesystem::exists(path))
    throw base::UsageError(path,
                           "not there; name a model with --model FILE, or make a synthetic "
                           "one: winnow model synth --out " +
                               path);
  return path;
}

TextReader::TextReader(const std::string& path) : path_(path), file_(stdin) {
  if (path != "-") {
    file_ = std::fopen(path.c_str(), "re");
    if (file_ == nullptr) throw base::Error(path, std::strerror(errno));
  } else {
    path_ = "standard input";
    if (::isatty(STDIN_FILENO) != 0)
      note("reading texts from the terminal, one a line; end with Ctrl-D");
  }
}

TextReader::~TextReader() {
  std::free(buffer_);
  if (file_ != stdin) std::fclose(file_);
}

bool TextReader::next_line(std::string& line) {
  errno = 0;
  ssize_t length = ::getline(&buffer_, &buffer_size_, file_);
  if (length < 0) {
    if (errno != 0) throw base::Error(path_, std::strerror(errno));
    return false;
  }
  if (length > 0 && buffer_[length - 1] == '\n') {
    --length;
    if (length > 0 && buffer_[length - 1] == '\r') --length;
  }
  line.assign(buffer_, static_cast<size_t>(length));
  return true;
}

std::vector<std::string> TextReader::next(size_t count) {
  std::vector<std::string> texts;
  std::string line;
  while (texts.size() < count && next_line(line)) texts.push_back(line);
  return texts;
}

}  // namespace winnow::cli
