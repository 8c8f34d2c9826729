#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::cli {

using Arguments = std::vector<std::string>;

// What `winnow <name> --help` prints around the options.
struct Help {
  std::string_view usage;  // "winnow report DIR [options]"
  std::string_view text;   // what it does, then examples
};

// Parses a command's arguments; `positionals` names the options that take the bare ones, in order;
// a last name that ends with "..." takes all that are left, as a vector.
// Prints the help and gives nothing when it is asked for. Throws base::UsageError.
std::optional<boost::program_options::variables_map> parse(
    const Help& help, boost::program_options::options_description options,
    const Arguments& arguments, const std::vector<std::string>& positionals);

// Prints on standard output and makes sure that it got there. Throws base::Error when it did not
// (a full disk); a closed pipe ends the process as usual.
void print(std::string_view text);

// One line on standard error: "winnow: <text>".
void note(std::string_view text);

}  // namespace winnow::cli
