#include "profiles/process/loaded_libraries.h"

#include <gelf.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>

#include "base/file.h"
#include "base/replace.h"
#include "profiles/process/descriptor.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostLibraries = 1000;
constexpr std::array<std::string_view, 7> kSystemFolders{
    "/lib/", "/lib32/", "/lib64/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/", "/usr/libexec/"};
constexpr const char* kLocalFolder = "/usr/local/lib";

using Folders = std::vector<std::string>;

// What the dynamic linker reads of a file.
struct Dynamic {
  std::vector<std::string> needed;
  std::optional<std::string> rpath, runpath;
};

void read_entries(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, Dynamic& dynamic) {
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return;
  for (size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
    GElf_Dyn entry;
    if (!gelf_getdyn(data, static_cast<int>(i), &entry)) return;
    if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RPATH && entry.d_tag != DT_RUNPATH) continue;
    const char* text = elf_strptr(elf, header.sh_link, entry.d_un.d_val);
    if (text == nullptr) continue;
    if (entry.d_tag == DT_NEEDED) dynamic.needed.emplace_back(text);
    if (entry.d_tag == DT_RPATH) dynamic.rpath = text;
    if (entry.d_tag == DT_RUNPATH) dynamic.runpath = text;
  }
}

Dynamic dynamic_of(const std::string& file) {
  Dynamic dynamic;
  elf_version(EV_CURRENT);
  const Descriptor binary(base::try_open_regular(file));
  if (binary.number < 0) return dynamic;
  Elf* elf = elf_begin(binary.number, ELF_C_READ, nullptr);
  if (elf != nullptr && elf_kind(elf) == ELF_K_ELF) {
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf, section)) != nullptr) {
      GElf_Shdr header;
      if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNAMIC)
        read_entries(elf, section, header, dynamic);
    }
  }
  elf_end(elf);
  return dynamic;
}

bool of_the_system(const std::string& file) {
  return std::ranges::any_of(kSystemFolders,
                             [&](std::string_view folder) { return file.starts_with(folder); });
}

// As ld.so(8) looks for them, but for the system's own folders, which come last there.
class Search {
 public:
  Search(std::string folder, const std::string& library_path)
      : folder_(std::move(folder)), library_path_(folders_in(library_path, "")) {}

  // `inherited`: RPATH of what loads the file.
  void add_needed_by(const std::string& file, const Folders& inherited) {
    const Dynamic dynamic = dynamic_of(file);
    const std::string origin = fs::absolute(file).parent_path().string();
    Folders rpath = inherited;
    if (dynamic.rpath) {
      const Folders own = folders_in(*dynamic.rpath, origin);
      rpath.insert(rpath.begin(), own.begin(), own.end());
    }
    Folders all = dynamic.runpath ? Folders{} : rpath;
    all.insert(all.end(), library_path_.begin(), library_path_.end());
    if (dynamic.runpath) {
      const Folders own = folders_in(*dynamic.runpath, origin);
      all.insert(all.end(), own.begin(), own.end());
    }
    all.emplace_back(kLocalFolder);
    for (const std::string& name : dynamic.needed) add(name, all, rpath);
  }

  std::vector<std::string> found() && { return std::move(found_); }

 private:
  void add(const std::string& name, const Folders& folders, const Folders& rpath) {
    std::string file;
    if (name.find('/') != std::string::npos) file = (fs::path(folder_) / name).string();
    for (size_t i = 0; i < folders.size() && file.empty(); ++i) {
      const std::string tried = (fs::path(folders[i]) / name).string();
      std::error_code error;
      if (fs::is_regular_file(tried, error)) file = tried;
    }
    if (file.empty() || of_the_system(file) || std::ranges::count(found_, file) > 0) return;
    if (found_.size() >= kMostLibraries) return;
    found_.push_back(file);
    add_needed_by(file, rpath);
  }

  // Of a list with colons.
  Folders folders_in(const std::string& list, const std::string& origin) const {
    Folders folders;
    std::istringstream parts(list);
    for (std::string part; std::getline(parts, part, ':');) {
      base::replace_all(part, "${ORIGIN}", origin);
      base::replace_all(part, "$ORIGIN", origin);
      if (part.find('$') != std::string::npos) continue;  // $LIB and $PLATFORM: the system's
      folders.push_back((fs::path(folder_) / (part.empty() ? "." : part)).lexically_normal());
    }
    return folders;
  }

  std::string folder_;
  Folders library_path_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> loaded_libraries(const std::string& file, const std::string& folder,
                                          const std::string& library_path) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);  // $ORIGIN is the folder behind links
  if (error) return {};
  Search search(folder, library_path);
  search.add_needed_by(real.string(), {});
  return std::move(search).found();
}

}  // namespace winnow::profiles
