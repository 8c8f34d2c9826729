#include "profiles/symbols/source_path.h"

#include <filesystem>

namespace winnow::profiles {
namespace {

using Path = std::filesystem::path;

std::string without_leading_dots(const Path& path) {
  Path result;
  for (const Path& part : path)
    if (!result.empty() || (part != ".." && part != ".")) result /= part;
  return result.generic_string();
}

bool share_a_folder(const Path& file, const Path& folder) {
  const Path a = file.relative_path(), b = folder.relative_path();
  return !a.empty() && !b.empty() && *a.begin() == *b.begin();
}

}  // namespace

std::string source_path(const std::string& file, const std::string& compiled_in) {
  const Path path = Path(file).lexically_normal(), folder = Path(compiled_in).lexically_normal();
  const std::string text = path.generic_string();
  if (text.starts_with("/usr/include/") || text.starts_with("/usr/lib/")) return text;
  if (path.is_relative()) return without_leading_dots(path);
  if (!share_a_folder(path, folder)) return path.filename().generic_string();
  return without_leading_dots(path.lexically_relative(folder));
}

}  // namespace winnow::profiles
