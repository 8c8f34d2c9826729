#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// JSON documents as plain values. The library that reads and writes them is parsed in json.cpp and
// nowhere else, because its header costs more time than most sources of the tree.
namespace winnow::base {

class Json;

// A template, so that clang, which needs it inside the class, makes it when Json is complete.
template <class Value>
struct JsonMemberOf {
  std::string key;
  Value value;
  bool operator==(const JsonMemberOf&) const = default;
};
using JsonMember = JsonMemberOf<Json>;

// null, true or false, an integer, a number, a text, an array, or an object whose keys keep the
// order in which they were added. Integers are exact from -2^63 to 2^64 - 1.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<JsonMember>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  template <std::same_as<bool> T>
  Json(T value) : value_(value) {}
  template <std::signed_integral T>
  Json(T value) : value_(static_cast<int64_t>(value)) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Json(T value) : value_(static_cast<uint64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(const char* text) : value_(std::string(text)) {}
  Json(std::string text) : value_(std::move(text)) {}
  Json(std::string_view text) : value_(std::string(text)) {}
  Json(Array elements) : value_(std::move(elements)) {}
  template <class T>
  Json(const std::vector<T>& elements) : value_(Array(elements.begin(), elements.end())) {}
  // An object; no key may stand twice.
  Json(std::initializer_list<JsonMember> members);

  static Json array() { return Json(Array{}); }
  static Json object();

  bool is_null() const { return holds<std::monostate>(); }
  bool is_bool() const { return holds<bool>(); }
  bool is_integer() const { return holds<int64_t>() || holds<uint64_t>(); }
  bool is_number() const { return is_integer() || holds<double>(); }
  bool is_string() const { return holds<std::string>(); }
  bool is_array() const { return holds<Array>(); }
  bool is_object() const { return holds<Object>(); }

  // For a value of another kind they throw Error.
  bool boolean() const { return get<bool>("true or false"); }
  double number() const;
  const std::string& string() const { return get<std::string>("a string"); }
  const Array& elements() const { return get<Array>("an array"); }
  Array& elements() { return const_cast<Array&>(std::as_const(*this).elements()); }
  const Object& members() const { return get<Object>("an object"); }
  Object& members() { return const_cast<Object&>(std::as_const(*this).members()); }
  // Empty: not an integer, or beyond the type.
  std::optional<int64_t> as_int64() const;
  std::optional<uint64_t> as_uint64() const;

  // Of an object; find is null for a key that it has not, as for every other kind of value.
  const Json* find(std::string_view key) const;
  Json* find(std::string_view key) { return const_cast<Json*>(std::as_const(*this).find(key)); }
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  Json& operator[](std::string_view key);  // added where it is not there, to null, too
  bool erase(std::string_view key);        // false: it was not there
  // Of an array.
  void push_back(Json value) { elements().push_back(std::move(value)); }

  // Integers are equal by value; the keys of equal objects have the same order.
  bool operator==(const Json& other) const;

  // One line without spaces, or lines indented by so many. Bytes that are not UTF-8, which the
  // output of measured programs may hold, become replacement characters; a number that is not
  // finite becomes null.
  std::string text(std::optional<int> indent = {}) const;

 private:
  template <class T>
  bool holds() const {
    return std::holds_alternative<T>(value_);
  }
  template <class T>
  const T& get(const char* expected) const {
    if (const T* found = std::get_if<T>(&value_)) return *found;
    fail(expected);
  }
  [[noreturn]] static void fail(const char* expected);

  std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Array, Object> value_;
};

// Of a document: a text of a few megabytes must not become gigabytes.
inline constexpr size_t kMostJsonValues = size_t{4} << 20;

// Throws Error about `subject` for a text that is not one JSON document: with the line, where one
// is to blame. Refused are also values nested deeper than any file of ours, more than
// kMostJsonValues of them, numbers beyond double, and keys that stand twice in an object.
Json parse_json(std::string_view text, const std::string& subject);

}  // namespace winnow::base
