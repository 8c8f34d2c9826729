#include "reports/markup/svg.h"

#include "base/error.h"
#include "reports/markup/html.h"

namespace winnow::reports {

std::string escaped_xml(const std::string& text) {
  std::string result = html_escaped(text);
  // XML forbids these two, which UTF-8 can write.
  for (const char* forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    for (size_t at; (at = result.find(forbidden)) != std::string::npos;) result.replace(at, 3, "?");
  return result;
}

std::string shortened(const std::string& name, size_t longest) {
  const std::string text = base::printable(name);
  if (text.size() <= longest) return text;
  size_t end = longest - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

}  // namespace winnow::reports
