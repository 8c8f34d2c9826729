#include "profiles/json_reader.h"

#include "base/file.h"

namespace winnow::profiles {
namespace {

constexpr size_t kLimitBytes = size_t{64} << 20;
constexpr int kLimitDepth = 32;

Json parse(const std::string& text, const std::string& path, const std::string& noun) {
  const auto limit_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kLimitDepth) throw base::Error(path, "not a " + noun + ": nested too deeply");
    return true;
  };
  try {
    return Json::parse(text, limit_depth);
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<ptrdiff_t>(std::min(error.byte, text.size()));
    throw base::Error(
        path, "line " + std::to_string(1 + std::count(text.begin(), end, '\n')) + ": not JSON");
  } catch (const Json::exception&) {
    throw base::Error(path, "not a " + noun + ": a number is out of range");
  }
}

}  // namespace

Json read_document(const std::string& path, const std::string& noun, int schema) {
  Json json = parse(base::read_file(path, kLimitBytes), path, noun);
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
