#pragma once

#include <exception>
#include <string>

namespace winnow::base {

// "subject: problem" of any exception, printable and on one line: of std::filesystem's the file and
// what is wrong with it, of the system's and of new's what ran out.
std::string message_of(const std::exception& error);

}  // namespace winnow::base
