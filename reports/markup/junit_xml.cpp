#include "reports/markup/junit_xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "reports/markup/svg.h"

namespace winnow::reports {

namespace {

std::string escaped_lines(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    text += "\n" + escaped_xml(std::string(lines.substr(0, end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

std::string test_case(const JunitCase& test) {
  const std::string open = fmt::format("  <testcase classname=\"winnow.{}\" name=\"{}\"",
                                       escaped_xml(test.suite), escaped_xml(test.name));
  if (test.result == JunitCase::kPassed) return open + "/>\n";
  const std::string message = escaped_xml(test.message);
  if (test.result == JunitCase::kSkipped)
    return open + fmt::format("><skipped message=\"{}\"/></testcase>\n", message);
  const char* kind = test.result == JunitCase::kFailed ? "failure" : "error";
  const std::string details = escaped_lines(test.details);
  return open +
         fmt::format("><{} type=\"{}\" message=\"{}\"", kind, escaped_xml(test.type), message) +
         (details.empty() ? "/>" : fmt::format(">{}\n</{}>", details, kind)) + "</testcase>\n";
}

}  // namespace

std::string junit_xml(const std::string& name, const std::vector<JunitCase>& cases,
                      const JunitProperties& properties) {
  const auto count = [&](JunitCase::Result result) {
    return std::ranges::count(cases, result, &JunitCase::result);
  };
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "skipped=\"{}\">\n",
      escaped_xml(name), cases.size(), count(JunitCase::kFailed), count(JunitCase::kError),
      count(JunitCase::kSkipped));
  if (!properties.empty()) text += "  <properties>\n";
  for (const auto& [property, value] : properties)
    text += fmt::format("    <property name=\"{}\" value=\"{}\"/>\n", escaped_xml(property),
                        escaped_xml(value));
  if (!properties.empty()) text += "  </properties>\n";
  for (const JunitCase& test : cases) text += test_case(test);
  return text + "</testsuite>\n";
}

}  // namespace winnow::reports
