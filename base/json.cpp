#include "base/json.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/utf8.h"

namespace winnow::base {
namespace {

using Library = nlohmann::ordered_json;

constexpr size_t kLimitDepth = 32;

Library to_library(const Json& json) {
  if (json.is_bool()) return json.boolean();
  if (json.is_string()) return json.string();
  if (const auto integer = json.as_int64()) return *integer;
  if (const auto integer = json.as_uint64()) return *integer;
  if (json.is_number()) return json.number();
  if (json.is_array()) {
    Library::array_t array;
    array.reserve(json.elements().size());
    for (const Json& element : json.elements()) array.push_back(to_library(element));
    return array;
  }
  if (json.is_object()) {
    // Past its own insertion, which searches all keys for each.
    Library::object_t object;
    object.reserve(json.members().size());
    for (const JsonMember& member : json.members())
      object.Container::emplace_back(member.key, to_library(member.value));
    return object;
  }
  return nullptr;
}

// The library escapes those below U+0020 alone. Where a byte is not ASCII it stands in a string.
std::string with_escaped_controls(std::string text) {
  const auto may_begin_one = [](char c) {
    return c == '\x7F' || c == '\xC2' || c == '\xD8' || c == '\xE2';
  };
  if (std::none_of(text.begin(), text.end(), may_begin_one)) return text;
  std::string result;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = std::max<size_t>(1, utf8_length(rest));
    if (may_begin_one(rest[0]) && starts_with_control(rest)) {
      unsigned code =
          static_cast<unsigned char>(rest[0]) & (length == 1 ? 0x7F : 0xFF >> (length + 1));
      for (const char c : rest.substr(1, length - 1)) code = code << 6 | (c & 0x3F);
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", code & 0xFFFF);
      result += escaped;
    } else {
      result += rest.substr(0, length);
    }
    rest.remove_prefix(length);
  }
  return result;
}

// The key that stands twice; null: none does.
const std::string* doubled_key(const Json::Object& members) {
  std::vector<const std::string*> keys;
  keys.reserve(members.size());
  for (const JsonMember& member : members) keys.push_back(&member.key);
  std::sort(keys.begin(), keys.end(), [](const auto* a, const auto* b) { return *a < *b; });
  const auto twice = std::adjacent_find(keys.begin(), keys.end(),
                                        [](const auto* a, const auto* b) { return *a == *b; });
  return twice == keys.end() ? nullptr : *twice;
}

// Told by the library's parser of each value, in the order of the text.
class Builder : public nlohmann::json_sax<Library> {
 public:
  explicit Builder(std::string_view text, const std::string& subject)
      : text_(text), subject_(subject) {}

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Json::object()); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool key(string_t& value) override {
    key_ = std::move(value);
    return true;
  }
  bool end_object() override {
    if (const std::string* key = doubled_key(open_.back()->members()))
      throw Error(subject_, "the key \"" + printable(*key) + "\" stands twice in an object");
    return close();
  }
  bool end_array() override { return close(); }
  bool parse_error(size_t byte, const std::string&, const Library::exception& error) override {
    if (error.id == kOutOfRange) throw Error(subject_, "a number is out of range");
    const auto end = text_.begin() + static_cast<ptrdiff_t>(std::min(byte, text_.size()));
    throw Error(subject_,
                "line " + std::to_string(1 + std::count(text_.begin(), end, '\n')) + ": not JSON");
  }

  Json take() { return std::move(root_); }

 private:
  static constexpr int kOutOfRange = 406;  // the library's number of that error

  Json* place(Json value) {
    if (++values_ > kMostJsonValues)
      throw Error(subject_, "more than " + std::to_string(kMostJsonValues) + " values");
    if (open_.empty()) return &(root_ = std::move(value));
    Json& parent = *open_.back();
    if (!parent.is_object()) return &parent.elements().emplace_back(std::move(value));
    return &parent.members().emplace_back(JsonMember{std::move(key_), std::move(value)}).value;
  }
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool open(Json value) {
    if (open_.size() == kLimitDepth) throw Error(subject_, "nested too deeply");
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& subject_;
  Json root_;
  size_t values_ = 0;
  // Arrays and objects that have not ended, the innermost last: none of them moves, because only
  // the innermost grows.
  std::vector<Json*> open_;
  std::string key_;
};

}  // namespace

Json::Json(std::initializer_list<JsonMember> members) : value_(Object(members)) {}

Json Json::object() { return Json(std::initializer_list<JsonMember>{}); }

double Json::number() const {
  if (const auto* integer = std::get_if<int64_t>(&value_)) return static_cast<double>(*integer);
  if (const auto* integer = std::get_if<uint64_t>(&value_)) return static_cast<double>(*integer);
  return get<double>("a number");
}

std::optional<int64_t> Json::as_int64() const {
  if (const auto* integer = std::get_if<int64_t>(&value_)) return *integer;
  const auto* integer = std::get_if<uint64_t>(&value_);
  if (!integer || *integer > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return {};
  return static_cast<int64_t>(*integer);
}

std::optional<uint64_t> Json::as_uint64() const {
  if (const auto* integer = std::get_if<uint64_t>(&value_)) return *integer;
  const auto* integer = std::get_if<int64_t>(&value_);
  if (!integer || *integer < 0) return {};
  return static_cast<uint64_t>(*integer);
}

const Json* Json::find(std::string_view key) const {
  const auto* object = std::get_if<Object>(&value_);
  if (!object) return nullptr;
  const auto found = std::find_if(object->begin(), object->end(),
                                  [&](const JsonMember& member) { return member.key == key; });
  return found == object->end() ? nullptr : &found->value;
}

Json& Json::operator[](std::string_view key) {
  if (is_null()) value_ = Object{};
  if (Json* found = find(key)) return *found;
  return members().emplace_back(JsonMember{std::string(key), Json()}).value;
}

bool Json::erase(std::string_view key) {
  return is_object() &&
         std::erase_if(members(), [&](const JsonMember& one) { return one.key == key; }) > 0;
}

bool Json::operator==(const Json& other) const {
  if (is_integer() && other.is_integer())
    return as_int64() == other.as_int64() && as_uint64() == other.as_uint64();
  return value_ == other.value_;
}

std::string Json::text(std::optional<int> indent) const {
  return with_escaped_controls(
      to_library(*this).dump(indent.value_or(-1), ' ', false, Library::error_handler_t::replace));
}

void Json::fail(const char* expected) { throw Error("JSON", std::string("not ") + expected); }

Json parse_json(std::string_view text, const std::string& subject) {
  Builder builder(text, subject);
  Library::sax_parse(text, &builder);
  return builder.take();
}

}  // namespace winnow::base
