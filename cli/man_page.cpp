#include <fmt/format.h>

#include <sstream>

#include "cli/help_command.h"
#include "version.h"

namespace winnow::cli {

namespace {

// Text of a roff page, with the marks (man(7)).
std::string roff(std::string_view text) {
  std::string escaped;
  bool line_begins = true;
  for (const char letter : text) {
    // A point or an apostrophe in front of a line would be a request.
    if (line_begins && (letter == '.' || letter == '\'')) escaped += "\\&";
    line_begins = letter == '\n';
    if (letter == '\\')
      escaped += "\\e";
    else if (letter == '-')
      escaped += "\\-";
    else
      escaped += letter;
  }
  return escaped;
}

// A paragraph with an indented line is a list or an example, which keeps its lines.
std::string paragraph(const std::string& text) {
  const bool kept = text.starts_with(' ') || text.find("\n ") != std::string::npos;
  return kept ? ".PP\n.nf\n" + roff(text) + ".fi\n" : ".PP\n" + roff(text);
}

std::string paragraphs(const std::string& text) {
  std::string all, lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines += line + "\n";
    if (!line.empty() || lines.empty()) continue;
    all += paragraph(lines);
    lines.clear();
  }
  return lines.empty() ? all : all + paragraph(lines);
}

std::string option_text(const HelpLine& option) {
  std::string names = "\\fB\\-\\-" + roff(option.name) + "\\fR";
  if (option.letter != '\0') names = fmt::format("\\fB\\-{}\\fR, {}", option.letter, names);
  if (!option.value.empty()) names += " \\fI" + roff(option.value) + "\\fR";
  const std::string text = roff(option.help);
  const std::string fallback = option.fallback.empty() ? "" : "; default: " + roff(option.fallback);
  return fmt::format(".TP\n{}\n{}{}\n", names, text, fallback);
}

std::string section(const CommandPage& page) {
  std::string text = fmt::format(".SS winnow {}\n", roff(page.name));
  text += ".nf\n" + roff(page.help.usage) + "\n.fi\n" + paragraphs(page.help.text);
  for (const HelpLine& option : page.help.options) text += option_text(option);
  return text;
}

}  // namespace

std::string man_page(const Overview& overview, std::span<const CommandPage> pages) {
  std::string text = fmt::format(
      ".\\\" Written by winnow help \\-\\-man.\n"
      ".TH WINNOW 1 \"\" \"winnow {}\" \"User Commands\"\n"
      ".SH NAME\nwinnow \\- measure programs' variants side by side and tell which one wins\n"
      ".SH SYNOPSIS\n\\fBwinnow\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.br\n"
      "\\fBwinnow \\-\\-version\\fR\n"
      ".SH DESCRIPTION\n{}.SH COMMANDS\n",
      roff(kVersion), roff(overview.purpose));
  for (const CommandPage& page : pages)
    if (!page.summary.empty())
      text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(page.name), roff(page.summary));
  text += ".SH OPTIONS\n";
  for (const CommandPage& page : pages) text += section(page);
  text += fmt::format(".SH EXAMPLES\n.nf\n{}.fi\n", roff(overview.examples));
  std::string status(overview.exit_status);
  return text + fmt::format(".SH EXIT STATUS\n{}", roff(status.substr(status.find(": ") + 2)));
}

}  // namespace winnow::cli
