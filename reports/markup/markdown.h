#pragma once

#include <string>
#include <string_view>
#include <vector>

// Pieces of GitHub-flavoured Markdown.
namespace winnow::reports {

// Plain text, on one line, fit for a table's cell: nothing in it is markup.
std::string escaped(std::string_view text);

// A name as a code span, fit for a table's cell; a long one loses its middle.
std::string code_span(std::string_view name);

// Lines as they are, between fences that nothing in them ends. A control character is escaped.
// `language` is for a viewer's colours, such as toml.
std::string code_block(std::string_view lines, std::string_view language = "");

// "| a | b |" and a line end.
std::string table_line(const std::vector<std::string>& cells);

// The heading line and the rule under it, above figures: flush right but for the first column.
std::string table_head(const std::vector<std::string>& cells);

// The same above cells of text, which begin at the left.
std::string text_table_head(const std::vector<std::string>& cells);

std::string bold(const std::string& markdown);

}  // namespace winnow::reports
