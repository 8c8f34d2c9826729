#pragma once

#include <map>
#include <string>
#include <vector>

// What a reader of a page or of Markdown sees of it, and what is wrong with a page's markup.
namespace winnow::reports {

// "tr closes td", "p is not closed", "id a twice"; what stands in scripts and styles is not looked
// at.
std::vector<std::string> markup_faults(const std::string& html);

// Without tags, with entities resolved.
std::string plain_text(const std::string& html);

// Rows of cells as they are read, by the heading above the table.
using ReadTables = std::map<std::string, std::vector<std::vector<std::string>>>;
ReadTables html_tables(const std::string& html);
ReadTables markdown_tables(const std::string& markdown);

}  // namespace winnow::reports
