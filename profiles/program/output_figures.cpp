#include "profiles/program/output_figures.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "profiles/process/descriptor.h"

namespace winnow::profiles {
namespace {

constexpr size_t kLimitLineBytes = 64 << 10;
constexpr size_t kKeptBytes = 4 << 10;  // of a longer line, behind which the search goes on
constexpr size_t kLimitFigureBytes = 100;

// Bytes as they are: programs write what they like.
RE2::Options metric_options() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  return options;
}

void check_pattern(const Metric& metric, const RE2& pattern) {
  const std::string subject = "--metric " + metric.name;
  if (!pattern.ok()) throw base::UsageError(subject, base::printable(pattern.error()));
  if (pattern.NumberOfCapturingGroups() < 1)
    throw base::UsageError(
        subject, base::printable(metric.pattern) + ": no group in it: put ( ) around the figure");
}

}  // namespace

struct OutputFigures::Search {
  explicit Search(const Metric& of)
      : metric(of), pattern(std::make_unique<RE2>(of.pattern, metric_options())) {
    check_pattern(metric, *pattern);
  }

  // Matches that end beyond `seen`.
  void search(const std::string& line, size_t seen) {
    const re2::StringPiece text(line);
    re2::StringPiece groups[2];
    for (size_t at = 0; at <= line.size();) {
      if (!pattern->Match(text, at, line.size(), RE2::UNANCHORED, groups, 2)) return;
      const auto end = static_cast<size_t>(groups[0].data() + groups[0].size() - line.data());
      if (seen == 0 || end > seen) {
        last.assign(groups[1].data(), std::min(groups[1].size(), kLimitFigureBytes));
        found = true;
      }
      at = std::max(end, at + 1);
    }
  }

  Metric metric;
  std::unique_ptr<RE2> pattern;
  bool found = false;
  std::string last;
};

void check_metric(const Metric& metric) {
  check_pattern(metric, RE2(metric.pattern, metric_options()));
}

OutputFigures::OutputFigures(const std::vector<Metric>& metrics) {
  for (const Metric& metric : metrics) searches_.emplace_back(metric);
}

OutputFigures::~OutputFigures() = default;

void OutputFigures::search_line(size_t seen) {
  for (Search& search : searches_) search.search(line_, seen);
}

void OutputFigures::add(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const auto stop = std::find_if(bytes.begin(), bytes.end(),
                                   [](char letter) { return letter == '\n' || letter == '\r'; });
    const bool whole = stop != bytes.end();
    const auto length = static_cast<size_t>(stop - bytes.begin());
    const size_t taken = std::min(length, kLimitLineBytes - line_.size());
    line_.append(bytes.data(), taken);
    if (taken < length || line_.size() == kLimitLineBytes) {
      search_line(seen_);
      line_.erase(0, line_.size() - kKeptBytes);
      seen_ = line_.size();
      bytes = bytes.subspan(taken);
      continue;
    }
    bytes = bytes.subspan(whole ? length + 1 : length);
    if (whole) end();
  }
}

void OutputFigures::end() {
  if (!line_.empty()) search_line(seen_);
  line_.clear();
  seen_ = 0;
}

bool OutputFigures::found(size_t metric) const { return searches_[metric].found; }

double OutputFigures::figure(size_t metric) const {
  const Search& search = searches_[metric];
  const std::string subject = "metric " + search.metric.name;
  if (!search.found)
    throw base::Error(subject,
                      "nothing in the output matches " + base::printable(search.metric.pattern));
  const std::string& text = search.last;
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || !std::isfinite(value))
    throw base::Error(subject, base::printable(text) + " in the output is no number");
  if (std::signbit(value) && value != 0)
    throw base::Error(subject, base::printable(text) + " in the output is negative");
  return std::abs(value);
}

void add_file(const std::string& file, OutputFigures& figures) {
  const Descriptor input(base::try_open_regular(file));
  std::array<char, 1 << 16> bytes;
  while (input.number >= 0) {
    const ssize_t got = read(input.number, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    figures.add({bytes.data(), static_cast<size_t>(got)});
  }
  figures.end();
}

}  // namespace winnow::profiles
