#include "cli/command_line.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "base/error.h"

namespace winnow::cli {

namespace po = boost::program_options;

std::optional<po::variables_map> parse(const Help& help, po::options_description options,
                                       const Arguments& arguments,
                                       const std::vector<std::string>& positionals) {
  po::options_description visible("Options");
  visible.add(options);
  visible.add_options()("help,h", "this text");
  po::options_description all(visible);
  po::positional_options_description order;
  for (std::string name : positionals) {
    const bool many = name.ends_with("...");
    if (many) name.resize(name.size() - 3);
    order.add(name.c_str(), many ? -1 : 1);
    if (many)
      all.add_options()(name.c_str(), po::value<std::vector<std::string>>());
    else
      all.add_options()(name.c_str(), po::value<std::string>());
  }
  po::variables_map values;
  try {
    po::store(po::command_line_parser(arguments).options(all).positional(order).run(), values);
    if (values.count("help") > 0) {
      std::ostringstream text;
      text << "Usage: " << help.usage << "\n\n" << help.text << "\n" << visible;
      print(text.str());
      return std::nullopt;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw base::UsageError("arguments", std::string(error.what()) + "; see --help");
  }
  return values;
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw base::Error("standard output", std::strerror(errno));
}

void note(std::string_view text) {
  std::fprintf(stderr, "winnow: %.*s\n", static_cast<int>(text.size()), text.data());
}

}  // namespace winnow::cli
