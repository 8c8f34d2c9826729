#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "profiles/recording/field_types.h"
#include "profiles/recording/words.h"

// Reading structs from JSON: fields(reader, value) names the fields of a struct. A missing or
// unknown field, a wrong type, a negative or non-finite figure is a base::Error that says where.
namespace winnow::profiles {

using Json = nlohmann::json;

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

class JsonReader {
 public:
  JsonReader(const Json& object, const Place& place) : object_(object), place_(place) {
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

  // A text that stands in the document only where it is not empty.
  void where_told(const char* key, std::string& value) {
    if (!read_present(key, value)) value.clear();
  }

  // A text in whose place `word` stands in the document where it is empty.
  void or_word(const char* key, std::string& value, std::string_view word) {
    (*this)(key, value);
    if (value == word)
      value.clear();
    else if (value.empty())
      Place{place_.file, &place_, key}.fail("expected a text");
  }
  template <Worded T>
  void or_word(const char* key, std::optional<T>& value, std::string_view word) {
    const auto found = object_.find(key);
    const auto* text = found == object_.end() ? nullptr : found->get_ptr<const std::string*>();
    if (!text || *text != word) return (*this)(key, value.emplace());
    known_.push_back(key);
    value.reset();
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
    } else if constexpr (Worded<T>) {
      const auto* text = json.get_ptr<const std::string*>();
      const std::optional<T> found = text ? find_word<T>(*text) : std::nullopt;
      if (!found) place.fail("expected one of " + all_words<T>());
      value = *found;
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
      JsonReader reader(json, place);
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

// The JSON document in `path`, whose "schema" must be the one given. `noun`
// names what it should be in an error: "recording".
Json read_document(const std::string& path, const std::string& noun, int schema,
                   size_t limit_bytes = size_t{64} << 20);

}  // namespace winnow::profiles
