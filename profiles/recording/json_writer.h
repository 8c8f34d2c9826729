#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>

#include "base/file.h"
#include "profiles/recording/field_types.h"
#include "profiles/recording/words.h"

// Writing structs as JSON: fields(writer, value) names the fields of a struct.
namespace winnow::profiles {

using OrderedJson = nlohmann::ordered_json;

class JsonWriter {
 public:
  template <class T>
  void operator()(const char* key, const T& value) {
    object[key] = to_json(value);
  }
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) object[key] = to_json(*value);
  }
  void where_told(const char* key, const std::string& value) {
    if (!value.empty()) object[key] = value;
  }
  void or_word(const char* key, const std::string& value, const char* word) {
    object[key] = value.empty() ? word : value;
  }
  template <Worded T>
  void or_word(const char* key, const std::optional<T>& value, const char* word) {
    object[key] = value ? profiles::word(*value) : word;
  }

  template <class T>
  static OrderedJson to_json(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return value;
    } else if constexpr (Worded<T>) {
      return word(value);
    } else if constexpr (kIsVector<T>) {
      auto array = OrderedJson::array();
      for (const auto& element : value) array.push_back(to_json(element));
      return array;
    } else if constexpr (kIsMap<T>) {
      auto map = OrderedJson::object();
      for (const auto& [key, element] : value) map[key] = to_json(element);
      return map;
    } else {
      JsonWriter writer;
      fields(writer, value);
      return std::move(writer.object);
    }
  }

 private:
  OrderedJson object = OrderedJson::object();
};

template <class T>
void write_document(const std::string& path, const T& value, int indent) {
  // Output of measured programs (stderr, function names) need not be UTF-8; JSON must be.
  const auto replace = OrderedJson::error_handler_t::replace;
  base::write_file(path, JsonWriter::to_json(value).dump(indent, ' ', false, replace) + "\n");
}

}  // namespace winnow::profiles
