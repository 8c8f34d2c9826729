#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include "base/json.h"
#include "profiles/recording/field_types.h"
#include "profiles/recording/words.h"

// Writing structs as JSON: fields(writer, value) names the fields of a struct.
namespace winnow::profiles {

using base::Json;

class JsonWriter {
 public:
  template <class T>
  void operator()(const char* key, const T& value) {
    object.members().push_back({key, to_json(value)});
  }
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) (*this)(key, *value);
  }
  template <class T>
  void where_told(const char* key, const T& value) {
    if (!value.empty()) (*this)(key, value);
  }
  void or_word(const char* key, const std::string& value, const char* word) {
    object[key] = value.empty() ? word : value;
  }
  template <Worded T>
  void or_word(const char* key, const std::optional<T>& value, const char* word) {
    object[key] = value ? profiles::word(*value) : word;
  }

  template <class T>
  static Json to_json(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return value;
    } else if constexpr (Worded<T>) {
      return word(value);
    } else if constexpr (kIsVector<T>) {
      Json array = Json::array();
      for (const auto& element : value) array.push_back(to_json(element));
      return array;
    } else if constexpr (kIsMap<T>) {
      Json map = Json::object();
      for (const auto& [key, element] : value) map.members().push_back({key, to_json(element)});
      return map;
    } else {
      JsonWriter writer;
      fields(writer, value);
      return std::move(writer.object);
    }
  }

 private:
  Json object = Json::object();
};

}  // namespace winnow::profiles
