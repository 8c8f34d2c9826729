#include "profiles/recording/document.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/file.h"
#include "profiles/recording/sha256.h"

namespace winnow::profiles {
namespace {

constexpr const char* kSchema = "schema";
constexpr const char* kMinor = "schema_minor";
constexpr const char* kHash = "content_hash";

Version version_of(const Json& document, const std::string& path, const std::string& noun) {
  if (!document.contains(kSchema)) throw base::Error(path, "not a " + noun + ": it has no schema");
  const Place root{path};
  Version version;
  JsonReader::from_json(*document.find(kSchema), Place{path, &root, kSchema}, version.major);
  if (const Json* minor = document.find(kMinor))
    JsonReader::from_json(*minor, Place{path, &root, kMinor}, version.minor);
  return version;
}

void upgrade(Json& document, const std::string& path, const Kind& kind) {
  const Version found = version_of(document, path, kind.noun);
  const auto problem = [&](const std::string& word) {
    return "schema " + std::to_string(found.major) + " is " + word + " than this program's " +
           std::to_string(kind.version.major);
  };
  if (found.major > kind.version.major)
    throw base::Error(path, problem("newer") + ": it takes a newer winnow to read it");
  Version reached = found;
  for (const Upgrade& each : kind.upgrades) {
    if (found.major < 1 || reached >= each.to) continue;
    each.step(document);
    reached = each.to;
  }
  if (reached.major < kind.version.major)
    throw base::Error(path, problem("older") + ", and unknown to it");
}

// A text that is the same for equal contents; of an object without this key.
Json canonical(const Json& json, const char* without = nullptr) {
  if (json.is_array()) {
    Json array = Json::array();
    for (const Json& element : json.elements()) array.push_back(canonical(element));
    return array;
  }
  if (json.is_object()) {
    Json object = Json::object();
    for (const auto& [key, value] : json.members())
      if (!without || key != without) object.members().push_back({key, canonical(value)});
    std::ranges::sort(object.members(), {}, &base::JsonMember::key);
    return object;
  }
  // Other tools write 5.0 as 5.
  constexpr double kExact = 9007199254740992;  // 2^53
  if (json.is_number() && !json.is_integer())
    if (const double value = json.number(); std::abs(value) <= kExact && std::trunc(value) == value)
      return static_cast<int64_t>(value);
  return json;
}

}  // namespace

std::string content_hash(const Json& document) {
  return "sha256:" + sha256(canonical(document, kHash).text());
}

Document parse_document(const std::string& text, const std::string& path, const Kind& kind) {
  return document_of(base::parse_json(text, path), path, kind);
}

Document document_of(Json parsed, const std::string& path, const Kind& kind) {
  Document document{std::move(parsed), ""};
  Json& json = document.json;
  version_of(json, path, kind.noun);  // what is no document of ours has no hash
  document.content_hash = content_hash(json);
  if (const Json* told = json.find(kHash)) {
    const Place root{path};
    std::string hash;
    JsonReader::from_json(*told, Place{path, &root, kHash}, hash);
    if (hash != document.content_hash) document.remarks.changed();
  }
  upgrade(json, path, kind);
  for (const char* key : {kSchema, kMinor, kHash}) json.erase(key);
  return document;
}

bool is_there(const std::string& path) {
  std::error_code error;
  const auto found = std::filesystem::status(path, error);
  if (found.type() == std::filesystem::file_type::not_found) return false;
  if (error) throw base::ReadError(path, error.message());
  return true;
}

Document open_document(const std::string& path, const Kind& kind) {
  return parse_document(base::read_file(path, kind.limit_bytes), path, kind);
}

Document open_document_in(const std::string& folder, const std::string& path, const Kind& kind) {
  base::check_within(folder, path);
  return open_document(path, kind);
}

void write_document(const std::string& path, const Kind& kind, Json document, Sealed sealed,
                    std::optional<int> indent) {
  Json::Object header{{kSchema, kind.version.major}};
  if (kind.version.minor > 0) header.push_back({kMinor, kind.version.minor});
  Json::Object& members = document.members();
  members.insert(members.begin(), header.begin(), header.end());
  if (sealed == Sealed::kYes) {
    const auto at = members.begin() + static_cast<ptrdiff_t>(header.size());
    members.insert(at, {kHash, content_hash(document)});
  }
  base::write_file(path, document.text(indent) + "\n");
}

}  // namespace winnow::profiles
