#include "base/message.h"

#include <filesystem>
#include <new>
#include <system_error>

#include "base/error.h"

namespace winnow::base {

std::string message_of(const std::exception& error) {
  if (dynamic_cast<const Error*>(&error) != nullptr) return error.what();
  if (const auto* failed = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    const std::string path = failed->path1().empty() ? failed->path2() : failed->path1();
    return Error(path, failed->code().message()).what();
  }
  if (const auto* failed = dynamic_cast<const std::system_error*>(&error))
    return Error("system", failed->code().message()).what();
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr)
    return Error("memory", "none left").what();
  return printable(error.what());
}

}  // namespace winnow::base
