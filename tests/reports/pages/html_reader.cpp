#include "tests/reports/pages/html_reader.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

namespace winnow::reports {

namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string entities_resolved(std::string text) {
  for (const auto& [entity, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#126;", "~"}, {"&amp;", "&"}})
    replace_all(text, entity, character);
  return text;
}

struct Tag {
  std::string name, text;  // text: all between < and >
  bool closes = false, alone = false;
  size_t begin = 0, end = 0;
};

// The next tag from `at` on; an empty name: none.
Tag next_tag(const std::string& html, size_t at) {
  Tag tag;
  const size_t open = html.find('<', at), close = html.find('>', open);
  if (open == std::string::npos || close == std::string::npos) return tag;
  tag.begin = open;
  tag.end = close + 1;
  tag.text = html.substr(open + 1, close - open - 1);
  tag.closes = tag.text.starts_with('/');
  tag.alone = tag.text.ends_with('/') || tag.text.starts_with('!');
  const size_t from = tag.closes ? 1 : 0;
  tag.name = tag.text.substr(from, tag.text.find_first_of(" /\n", from) - from);
  return tag;
}

std::string attribute(const Tag& tag, const std::string& name) {
  const std::string start = " " + name + "=\"";
  const size_t at = tag.text.find(start);
  if (at == std::string::npos) return "";
  return tag.text.substr(at + start.size(),
                         tag.text.find('"', at + start.size()) - at - start.size());
}

std::string between(const std::string& html, size_t from, const std::string& end) {
  return html.substr(from, html.find(end, from) - from);
}

std::vector<std::string> markdown_cells(std::string line) {
  replace_all(line, "\\|", "\x01");
  std::vector<std::string> cells;
  std::istringstream stream(line.substr(2, line.size() - 4));
  for (std::string rest = stream.str(); !rest.empty() || cells.empty();) {
    const size_t end = rest.find(" | ");
    std::string cell = rest.substr(0, end);
    rest = end == std::string::npos ? "" : rest.substr(end + 3);
    const bool code = cell.find('`') != std::string::npos;
    replace_all(cell, "**", "");
    replace_all(cell, "`", "");
    if (!code) replace_all(cell, "\\", "");
    replace_all(cell, "\x01", "|");
    cells.push_back(entities_resolved(cell));
    if (end == std::string::npos) break;
  }
  return cells;
}

}  // namespace

std::vector<std::string> markup_faults(const std::string& html) {
  static const std::set<std::string> kNeverClosed{"br", "meta"};
  std::vector<std::string> faults, open;
  std::set<std::string> ids;
  for (Tag tag = next_tag(html, 0); !tag.name.empty(); tag = next_tag(html, tag.end)) {
    const std::string id = attribute(tag, "id");
    if (!id.empty() && !ids.insert(id).second) faults.push_back("id " + id + " twice");
    if (tag.alone || kNeverClosed.contains(tag.name)) continue;
    if (!tag.closes) {
      open.push_back(tag.name);
      if (tag.name == "script" || tag.name == "style")
        tag.end = html.find("</" + tag.name + ">", tag.end);
    } else if (open.empty() || open.back() != tag.name) {
      faults.push_back(tag.name + " closes " + (open.empty() ? "nothing" : open.back()));
      return faults;
    } else {
      open.pop_back();
    }
  }
  for (const std::string& name : open) faults.push_back(name + " is not closed");
  return faults;
}

std::string plain_text(const std::string& html) {
  std::string text;
  size_t at = 0;
  for (Tag tag = next_tag(html, 0); !tag.name.empty(); tag = next_tag(html, at)) {
    text += html.substr(at, tag.begin - at);
    at = tag.end;
  }
  return entities_resolved(text + html.substr(at));
}

ReadTables html_tables(const std::string& html) {
  ReadTables tables;
  std::string heading;
  for (Tag tag = next_tag(html, 0); !tag.name.empty(); tag = next_tag(html, tag.end)) {
    if (tag.name == "script") break;
    if (tag.closes) continue;
    if (tag.name == "h2" || tag.name == "h3")
      heading = plain_text(between(html, tag.end, "</" + tag.name + ">"));
    if (tag.name == "tr") tables[heading].emplace_back();
    if (tag.name == "td" || tag.name == "th")
      tables[heading].back().push_back(plain_text(between(html, tag.end, "</" + tag.name + ">")));
  }
  return tables;
}

ReadTables markdown_tables(const std::string& markdown) {
  ReadTables tables;
  std::string heading;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ") || line.starts_with("### "))
      heading = line.substr(line.find(' ') + 1);
    if (!line.starts_with("| ")) continue;
    tables[heading].push_back(markdown_cells(line));
  }
  return tables;
}

}  // namespace winnow::reports
