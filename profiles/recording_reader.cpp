#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "profiles/recording_fields.h"

namespace winnow::profiles {
namespace {

constexpr size_t kLimitBytes = size_t{64} << 20;
constexpr int kLimitDepth = 32;

// Where in the document a value stands; written out only for an error.
struct Place {
  const std::string& file;
  const Place* parent = nullptr;
  std::string_view key = {};  // empty: `index` in an array
  size_t index = 0;

  std::string path() const {
    if (!parent) return "";
    const std::string before = parent->path();
    if (key.empty()) return before + "[" + std::to_string(index) + "]";
    return before.empty() ? std::string(key) : before + "." + std::string(key);
  }
  [[noreturn]] void fail(const std::string& problem) const {
    const std::string where = path();
    throw base::Error(file, where.empty() ? problem : where + ": " + problem);
  }
};

using Json = nlohmann::json;

class Reader {
 public:
  Reader(const Json& object, const Place& place) : object_(object), place_(place) {
    if (!object.is_object()) place.fail("expected an object");
  }

  template <class T>
  void operator()(const char* key, T& value) {
    if (!read_present(key, value)) place_.fail(std::string(key) + " is missing");
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    value.emplace();
    if (!read_present(key, *value)) value.reset();
  }

  // A field that this program does not know would be silently unused: a misspelt one, say.
  void refuse_others() const {
    for (const auto& [key, value] : object_.items())
      if (std::find(known_.begin(), known_.end(), key) == known_.end())
        Place{place_.file, &place_, key}.fail("unknown field");
  }

  template <class T>
  static void from_json(const Json& json, const Place& place, T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      if (!json.is_string()) place.fail("expected a string");
      value = json.get_ref<const std::string&>();
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!json.is_boolean()) place.fail("expected true or false");
      value = json.get<bool>();
    } else if constexpr (std::is_integral_v<T>) {
      if (!json.is_number_unsigned()) place.fail("expected a non-negative integer");
      if (json.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<T>::max()))
        place.fail("larger than " + std::to_string(std::numeric_limits<T>::max()));
      value = json.get<T>();
    } else if constexpr (std::is_same_v<T, double>) {
      if (!json.is_number()) place.fail("expected a number");
      value = json.get<double>();
      if (!std::isfinite(value) || value < 0) place.fail("expected a non-negative number");
    } else if constexpr (kIsVector<T>) {
      if (!json.is_array()) place.fail("expected an array");
      value.clear();
      for (size_t i = 0; i < json.size(); ++i)
        from_json(json[i], Place{place.file, &place, {}, i}, value.emplace_back());
    } else if constexpr (kIsMap<T>) {
      if (!json.is_object()) place.fail("expected an object");
      value.clear();
      for (const auto& [key, element] : json.items())
        from_json(element, Place{place.file, &place, key}, value[key]);
    } else {
      Reader reader(json, place);
      fields(reader, value);
      reader.refuse_others();
    }
  }

 private:
  template <class T>
  bool read_present(const char* key, T& value) {
    known_.push_back(key);
    const auto found = object_.find(key);
    if (found == object_.end()) return false;
    from_json(*found, Place{place_.file, &place_, key}, value);
    return true;
  }

  const Json& object_;
  const Place& place_;
  std::vector<std::string_view> known_;
};

Json parse(const std::string& text, const std::string& path) {
  const auto limit_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kLimitDepth) throw base::Error(path, "not a recording: nested too deeply");
    return true;
  };
  try {
    return Json::parse(text, limit_depth);
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<ptrdiff_t>(std::min(error.byte, text.size()));
    throw base::Error(
        path, "line " + std::to_string(1 + std::count(text.begin(), end, '\n')) + ": not JSON");
  } catch (const Json::exception&) {
    throw base::Error(path, "not a recording: a number is out of range");
  }
}

Recording decode(const Json& json, const std::string& path) {
  const Place root{path};
  if (!json.is_object() || !json.contains("schema"))
    throw base::Error(path, "not a recording: it has no schema");
  int schema = 0;
  Reader::from_json(json["schema"], Place{path, &root, "schema"}, schema);
  if (schema != kRecordingSchema)
    throw base::Error(path, "schema " + std::to_string(schema) + " is " +
                                (schema > kRecordingSchema ? "newer" : "older") +
                                " than this program's " + std::to_string(kRecordingSchema));
  Recording recording;
  Reader::from_json(json, root, recording);
  return recording;
}

}  // namespace

Recording read_recording(const std::string& folder) {
  const std::string path = recording_path(folder);
  return decode(parse(base::read_file(path, kLimitBytes), path), path);
}

}  // namespace winnow::profiles
