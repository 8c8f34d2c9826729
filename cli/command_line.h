#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace winnow::cli {

using Arguments = std::vector<std::string>;

// What `winnow <name> --help` prints around the options.
struct Help {
  std::string_view usage;  // "winnow report DIR [options]"
  std::string_view text;   // what it does, then examples
  std::vector<std::string> subcommands{};
};

// Where an option's value goes. A bool is a flag; where it points at a plain value, that is the
// default, and the help says so; an optional stays empty where the option is not given; a vector
// takes all bare arguments that are left.
using Target =
    std::variant<bool*, int*, uint64_t*, double*, std::string*, std::optional<int>*,
                 std::optional<uint64_t>*, std::optional<std::string>*, std::vector<std::string>*>;

// A row of a command's table of options.
struct Option {
  // "batch=N": its name and what its value is called; with its short name "out,o=DIR"; a flag,
  // which has no value, "force".
  std::string name;
  Target target;
  std::string help;
};
using Options = std::vector<Option>;
std::vector<std::string> names_of(const Options& options);  // without all else

// The names of the options that were given, with a default or without.
class Given {
 public:
  explicit Given(std::vector<std::string> names) : names_(std::move(names)) {}

  bool has(std::string_view name) const;
  // Throws base::UsageError where one of them was given.
  void refuse(const std::vector<std::string>& names, const std::string& why) const;

 private:
  std::vector<std::string> names_;
};

// Parses a command's arguments into the targets of `options`, and the bare ones, in order, into
// those of `positionals`. Prints the help and gives nothing when it is asked for. Throws
// base::UsageError, which names the option, and those that are meant by one that does not exist.
std::optional<Given> parse(const Help& help, const Options& options, const Arguments& arguments,
                           const Options& positionals = {});

// The arguments with another name of an option, "--runs" for "--blocks", also of "--runs=5".
Arguments renamed(Arguments arguments, const std::string& from, const std::string& to);

// Parts between commas: none empty, none twice. Throws base::UsageError that names the option.
std::vector<std::string> split(const std::string& option, const std::string& list);

// A whole number from an option's text; `fallback` where there is none. Throws base::UsageError.
int parse_number(const std::string& option, const std::string& text, int least, int most);
int parse_number(const std::string& option, const std::optional<std::string>& text, int least,
                 int fallback, int most);

// Seconds: "90s", "10m" or "2h". Throws base::UsageError.
double parse_duration(const std::string& option, const std::string& text);

// As a POSIX shell splits a command line that has no other syntax than quotes.
std::vector<std::string> split_words(const std::string& text);

// What a command's --help is made of, for those who show it in another form.
struct HelpLine {
  std::string name;      // "batch"
  char letter = '\0';    // of its short name, where it has one
  std::string value;     // what its value is called; empty: it takes none
  std::string fallback;  // the default's text; may be empty
  std::string help;
};
struct HelpPage {
  std::string usage, text;
  std::vector<std::string> subcommands;
  std::vector<HelpLine> options;
};
using Run = int (*)(const Arguments&);
HelpPage help_page(Run command, Arguments arguments = {});

// Nobody reads standard output any more: main ends the process as SIGPIPE would have.
class ClosedOutput : public base::Error {
 public:
  using Error::Error;
};

// Prints on standard output and makes sure that it got there. Throws base::Error when it did not
// (a full disk), ClosedOutput for a closed pipe.
void print(std::string_view text);

// Prints what was found before `write` writes the same to files, so that a file that cannot be
// written, or waits for its reader, is in nobody's way. The files are written whatever became of
// the printing, which throws as print() does behind them.
void print_before(std::string_view text, const std::function<void()>& write);

// One line on standard error: "winnow: <text>".
void note(std::string_view text);

}  // namespace winnow::cli
