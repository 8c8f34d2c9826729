#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// Throws base::UsageError for a metric whose pattern is no regular expression of RE2's language, or
// has no group for the figure.
void check_metric(const Metric& metric);

// The figures that a program writes of itself, taken from its output as it comes. The output is
// read line by line ('\n' and '\r' end a line), its bytes as they are; of each metric the last
// match counts, and of that the pattern's first group. No more than 64 kB of a line are held: in a
// longer one a match of up to 4 kB is found wherever it is.
class OutputFigures {
 public:
  explicit OutputFigures(const std::vector<Metric>& metrics);  // as check_metric
  ~OutputFigures();

  void add(std::span<const char> bytes);
  void end();  // of one output: what follows is another

  // The last figure of a metric. Throws base::Error where nothing matched, or what did is no figure
  // that is finite and not negative.
  double figure(size_t metric) const;
  bool found(size_t metric) const;  // something matched

 private:
  struct Search;
  void search_line(size_t seen);

  std::vector<Search> searches_;
  std::string line_;
  size_t seen_ = 0;  // bytes at the line's begin that were searched before
};

// Adds what stands in the file; a file that cannot be read adds nothing.
void add_file(const std::string& file, OutputFigures& figures);

}  // namespace winnow::profiles
