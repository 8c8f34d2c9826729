#include "profiles/process/program_file.h"

#include <elfutils/libdwelf.h>
#include <libelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>

#include "base/file.h"
#include "base/message.h"
#include "profiles/process/descriptor.h"
#include "profiles/recording/sha256.h"

namespace winnow::profiles {
namespace {

std::string hex(const unsigned char* bytes, size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < size; ++i) (text += kDigits[bytes[i] >> 4]) += kDigits[bytes[i] & 15];
  return text;
}

// Empty: the file is none that a linker made, or it was told to leave the id out.
std::optional<std::string> build_id(const std::string& file) {
  std::optional<std::string> id;
  elf_version(EV_CURRENT);
  const int fd = base::try_open_regular(file);
  if (fd < 0) return id;
  // Not mapped: the file may be cut short meanwhile.
  Elf* elf = elf_begin(fd, ELF_C_READ, nullptr);
  const void* bytes = nullptr;
  const ssize_t size = elf ? dwelf_elf_gnu_build_id(elf, &bytes) : 0;
  if (size > 0) id = hex(static_cast<const unsigned char*>(bytes), static_cast<size_t>(size));
  elf_end(elf);
  ::close(fd);
  return id;
}

}  // namespace

std::string found_program(const std::string& program, const std::string& folder) {
  namespace fs = std::filesystem;
  if (program.find('/') != std::string::npos)
    return folder.empty() ? program : (fs::path(folder) / program).string();
  const char* path = std::getenv("PATH");
  std::istringstream places(path ? path : "");
  for (std::string place; std::getline(places, place, ':');) {
    const std::string file = (fs::path(folder) / (place.empty() ? "." : place) / program).string();
    std::error_code error;
    if (::access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file, error)) return file;
  }
  return program;
}

std::vector<std::string> interpreter_of(const std::string& file) {
  constexpr size_t kFirstLineBytes = 256;  // the kernel reads no more
  const Descriptor stream(base::try_open_regular(file));
  std::string line(kFirstLineBytes, '\0');
  const ssize_t got = ::pread(stream.number, line.data(), kFirstLineBytes, 0);
  line.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (!line.starts_with("#!")) return {};
  std::istringstream words(line.substr(2, line.find('\n') - 2));
  return {std::istream_iterator<std::string>(words), {}};
}

ProgramFile program_file(const std::string& program) {
  ProgramFile file;
  file.path = found_program(program);
  try {
    file.sha256 = file_sha256(file.path);
    file.size_bytes = std::filesystem::file_size(file.path);
    file.build_id = build_id(file.path);
    if (!file.build_id) file.note = "the file has no build id";
  } catch (const std::exception& error) {
    file.note = base::message_of(error);
  }
  return file;
}

}  // namespace winnow::profiles
