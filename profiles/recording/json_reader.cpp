#include "profiles/recording/json_reader.h"

#include "base/file.h"

namespace winnow::profiles {
namespace {

constexpr int kLimitDepth = 32;

// Not by the parser's callback, with which its time grows with the square of an array's length.
bool nested_too_deeply(const std::string& text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"')
      quoted = !quoted;
    else if (quoted)
      i += c == '\\';
    else if (c == '[' || c == '{')
      ++depth;
    else if (c == ']' || c == '}')
      --depth;
    if (depth > kLimitDepth) return true;
  }
  return false;
}

Json parse(const std::string& text, const std::string& path, const std::string& noun) {
  if (nested_too_deeply(text)) throw base::Error(path, "not a " + noun + ": nested too deeply");
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<ptrdiff_t>(std::min(error.byte, text.size()));
    throw base::Error(
        path, "line " + std::to_string(1 + std::count(text.begin(), end, '\n')) + ": not JSON");
  } catch (const Json::exception&) {
    throw base::Error(path, "not a " + noun + ": a number is out of range");
  }
}

}  // namespace

Json read_document(const std::string& path, const std::string& noun, int schema,
                   size_t limit_bytes) {
  Json json = parse(base::read_file(path, limit_bytes), path, noun);
  const Place root{path};
  if (!json.is_object() || !json.contains("schema"))
    throw base::Error(path, "not a " + noun + ": it has no schema");
  int found = 0;
  JsonReader::from_json(json["schema"], Place{path, &root, "schema"}, found);
  if (found != schema)
    throw base::Error(path, "schema " + std::to_string(found) + " is " +
                                (found > schema ? "newer" : "older") + " than this program's " +
                                std::to_string(schema));
  return json;
}

}  // namespace winnow::profiles
