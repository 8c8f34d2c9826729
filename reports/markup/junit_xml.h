#pragma once

#include <string>
#include <utility>
#include <vector>

// JUnit's XML, as CI servers read it.
namespace winnow::reports {

struct JunitCase {
  enum Result { kPassed, kFailed, kError, kSkipped };
  std::string suite, name;
  Result result = kPassed;
  std::string type, message;  // of a case that did not pass
  std::string details{};      // lines behind the message, of a failure or an error
};

// What is known of all cases: a name and its value.
using JunitProperties = std::vector<std::pair<std::string, std::string>>;

std::string junit_xml(const std::string& name, const std::vector<JunitCase>& cases,
                      const JunitProperties& properties = {});

}  // namespace winnow::reports
