#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Pieces of HTML. Everything that comes from a recording goes through html_escaped.
namespace winnow::reports {

// Printable text, fit for an element or an attribute in double quotes.
std::string html_escaped(std::string_view text);

// Printable text of at most `longest` bytes, in whole UTF-8 characters; a longer one loses its
// middle, for the beginning and the end of a template's name tell most.
std::string without_middle(std::string_view text, size_t longest);

// "Top CPU Hotspots" -> "top-cpu-hotspots": for an id.
std::string slug(std::string_view text);

// JSON that nothing in it can end: fit for <script type="application/json">.
std::string script_json(const std::string& json);

// `frame` with each {{name}} replaced by its text, in one pass: what was put in is not looked at
// again. A name that `parts` does not have throws base::Error.
std::string filled(std::string_view frame,
                   const std::vector<std::pair<std::string_view, std::string>>& parts);

// Letters, digits and those of `plain` as they are.
std::string percent_encoded(std::string_view text, std::string_view plain = "-._");

// "data:image/svg+xml,%3Csvg...": without spaces, fit for an attribute in double quotes.
std::string data_url(std::string_view type, std::string_view content);

// <ul class="...">, empty without texts.
std::string html_list(const std::vector<std::string>& texts, std::string_view css_class);

}  // namespace winnow::reports
