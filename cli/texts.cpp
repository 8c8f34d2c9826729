#include "cli/texts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/places.h"
#include "reports/recorded/raw_commands.h"

namespace winnow::cli {

namespace {

bool has_bytes(int fd) {
  pollfd wanted{fd, POLLIN, 0};
  return ::poll(&wanted, 1, 0) > 0;
}

}  // namespace

std::string model_path(const std::optional<std::string>& named) {
  if (named) return existing(*named);
  const auto places = model_places(std::string(kModelName));
  for (const std::string& place : places)
    if (std::filesystem::exists(place)) return place;
  throw base::UsageError(
      places.front(),
      fmt::format("not there, nor in {}; name a model with --model FILE, or make a synthetic one, "
                  "which every folder finds: winnow model synth --out {}",
                  fmt::join(places.begin() + 1, places.end(), ", "),
                  reports::shell_quoted(places.back())));
}

TextReader::TextReader(const std::string& path) : path_(path), fd_(STDIN_FILENO) {
  if (path != "-") {
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw base::Error(existing(path), std::strerror(errno));
  } else {
    path_ = "standard input";
    if (::isatty(STDIN_FILENO) != 0)
      note("reading texts from the terminal, one a line; end with Ctrl-D");
  }
}

TextReader::~TextReader() {
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

void TextReader::read_more() {
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  char part[1 << 16];
  ssize_t count = 0;
  do count = ::read(fd_, part, sizeof part);
  while (count < 0 && errno == EINTR);
  if (count < 0) throw base::Error(path_, std::strerror(errno));
  ended_ = count == 0;
  buffer_.append(part, static_cast<size_t>(count));
}

void TextReader::skip_byte_order_mark() {
  constexpr std::string_view kUtf8 = "\xEF\xBB\xBF", kUtf16[] = {"\xFF\xFE", "\xFE\xFF"};
  const auto may_become = [&](std::string_view mark) {
    return buffer_.size() < mark.size() && mark.starts_with(buffer_);
  };
  while (!ended_ && (may_become(kUtf8) || may_become(kUtf16[0]) || may_become(kUtf16[1])))
    read_more();
  for (const std::string_view mark : kUtf16)
    if (buffer_.starts_with(mark)) throw base::Error(path_, "is UTF-16, expected UTF-8");
  if (buffer_.starts_with(kUtf8)) begin_ = searched_ = kUtf8.size();
  started_ = true;
}

bool TextReader::next_line(std::string& line, bool wait) {
  if (!started_) skip_byte_order_mark();
  for (;;) {
    const size_t found = buffer_.find('\n', searched_);
    if (found != std::string::npos || (ended_ && begin_ < buffer_.size())) {
      const size_t end = std::min(found, buffer_.size());
      const bool cr = found != std::string::npos && end > begin_ && buffer_[end - 1] == '\r';
      line.assign(buffer_, begin_, end - begin_ - (cr ? 1 : 0));
      begin_ = searched_ = std::min(end + 1, buffer_.size());
      ++lines_;
      return true;
    }
    searched_ = buffer_.size();
    if (ended_ || (!wait && !has_bytes(fd_))) return false;
    read_more();
  }
}

std::vector<std::string> TextReader::next(size_t count) {
  std::vector<std::string> texts;
  std::string line;
  batch_begin_ = lines_;
  while (texts.size() < count && next_line(line, texts.empty())) texts.push_back(line);
  return texts;
}

std::string TextReader::place_of(size_t text) const {
  return fmt::format("{}, line {}", path_, batch_begin_ + text + 1);
}

}  // namespace winnow::cli
