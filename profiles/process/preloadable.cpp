#include "profiles/process/preloadable.h"

#include <fmt/format.h>
#include <gelf.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "profiles/process/descriptor.h"
#include "profiles/process/program_file.h"

namespace winnow::profiles {
namespace {

#if defined(__aarch64__)
constexpr int kOwnMachine = EM_AARCH64;
#else
constexpr int kOwnMachine = EM_X86_64;
#endif
constexpr int kLimitScripts = 4;  // the kernel's, of scripts that are read by scripts

// As the kernel decides it: the dynamic linker then takes no preloaded library.
bool gains_privilege(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return false;
  if ((status.st_mode & S_ISUID) && status.st_uid != ::geteuid()) return true;
  if ((status.st_mode & S_ISGID) && status.st_gid != ::getegid()) return true;
  return ::geteuid() != 0 && ::getxattr(file.c_str(), "security.capability", nullptr, 0) > 0;
}

// Of an ELF file: the dynamic linker that it asks for; empty: none.
std::string dynamic_linker(Elf* elf) {
  size_t headers = 0, size = 0;
  const char* bytes = elf_rawfile(elf, &size);
  if (bytes == nullptr || elf_getphdrnum(elf, &headers) != 0) return "";
  for (size_t i = 0; i < headers; ++i) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf, static_cast<int>(i), &header) || header.p_type != PT_INTERP) continue;
    if (header.p_offset >= size || header.p_filesz > size - header.p_offset) return "";
    return std::string(bytes + header.p_offset, strnlen(bytes + header.p_offset, header.p_filesz));
  }
  return "";
}

bool has_section(Elf* elf, std::string_view wanted) {
  size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return false;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    const char* name = elf_strptr(elf, names, header.sh_name);
    if (name && wanted == name) return true;
  }
  return false;
}

std::string why_not(Elf* elf) {
  GElf_Ehdr header;
  if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header)) return "";
  if (header.e_machine != kOwnMachine || gelf_getclass(elf) != ELFCLASS64)
    return "it is of another machine or word size than the preloaded library";
  if (has_section(elf, ".go.buildinfo"))
    return "it is written in Go, whose allocator and scheduler do not go through the C library";
  const std::string linker = dynamic_linker(elf);
  if (linker.empty()) return "it is statically linked and takes no preloaded library";
  const std::string_view name = std::string_view(linker).substr(linker.rfind('/') + 1);
  if (!name.starts_with("ld-linux") && !name.starts_with("ld64"))
    return fmt::format("its dynamic linker {} is not the GNU C library's", base::printable(linker));
  return "";
}

std::string why_file_is_not(const std::string& file) {
  if (gains_privilege(file)) return "it is set-uid and takes no preloaded library";
  elf_version(EV_CURRENT);
  const Descriptor binary(base::try_open_regular(file));
  if (binary.number < 0) return "";
  Elf* elf = elf_begin(binary.number, ELF_C_READ_MMAP, nullptr);
  std::string why = elf ? why_not(elf) : "";
  elf_end(elf);
  return why;
}

}  // namespace

std::string why_not_preloadable(const std::string& program_file) {
  std::string file = program_file;
  for (int scripts = 0; scripts < kLimitScripts; ++scripts) {
    const std::vector<std::string> interpreter = interpreter_of(file);
    if (interpreter.empty()) break;
    file = interpreter.front();
  }
  const std::string why = why_file_is_not(file);
  return why.empty() || file == program_file
             ? why
             : fmt::format("{}, which reads it: {}", base::printable(file), why);
}

}  // namespace winnow::profiles
