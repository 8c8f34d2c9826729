#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "profiles/recording/field_types.h"
#include "profiles/recording/words.h"

// Reading structs from JSON: fields(reader, value) names the fields of a struct. A wrong type, a
// negative or non-finite figure is a base::Error that says where. So that a file outlives the
// program that wrote it, an unknown field is no error but a remark, and an optional struct that
// lacks a field is not there.
namespace winnow::profiles {

using base::Json;

// What the reader of a document has to know although it could be read.
class Remarks {
 public:
  void unknown(std::string field) { unknown_.insert(std::move(field)); }
  void unread(std::string problem) { unread_.insert(std::move(problem)); }
  void changed() { changed_ = true; }  // its content is not what its hash tells

  // A sentence for each kind of remark, which names a few of the places.
  std::vector<std::string> sentences(const std::string& noun) const;

 private:
  std::set<std::string> unknown_, unread_;
  bool changed_ = false;
};

// A field that a struct cannot be without.
struct MissingField : base::Error {
  MissingField(const std::string& file, std::string which)
      : Error(file, which), problem(std::move(which)) {}
  std::string problem;
};

// Where in the document a value stands; written out only where something is wrong.
struct Place {
  const std::string& file;
  const Place* parent = nullptr;
  std::string_view key = {};  // empty: `index` in an array
  size_t index = 0;
  Remarks* remarks = nullptr;  // of the root

  std::string path(bool with_indexes = true) const;
  std::string subject(const std::string& problem) const;
  [[noreturn]] void fail(const std::string& problem) const;
  Remarks* all_remarks() const { return parent ? parent->all_remarks() : remarks; }
};

class JsonReader {
 public:
  JsonReader(const Json& object, const Place& place) : object_(object), place_(place) {
    if (!object.is_object()) place.fail("expected an object");
  }

  template <class T>
  void operator()(const char* key, T& value) {
    if (!read_present(key, value))
      throw MissingField(place_.file, place_.subject(std::string(key) + " is missing"));
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) try {
    value.emplace();
    if (!read_present(key, *value)) value.reset();
  } catch (const MissingField& missing) {
    value.reset();
    Remarks* remarks = place_.all_remarks();
    if (!remarks) throw;
    remarks->unread(missing.problem);
  }

  // A text or a list that stands in the document only where it is not empty.
  template <class T>
  void where_told(const char* key, T& value) {
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
    const Json* found = object_.find(key);
    if (!found || !found->is_string() || found->string() != word)
      return (*this)(key, value.emplace());
    known_.push_back(key);
    value.reset();
  }

  template <class T>
  static void from_json(const Json& json, const Place& place, T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      if (!json.is_string()) place.fail("expected a string");
      value = json.string();
    } else if constexpr (Worded<T>) {
      const std::optional<T> found = json.is_string() ? find_word<T>(json.string()) : std::nullopt;
      if (!found) place.fail("expected one of " + all_words<T>());
      value = *found;
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!json.is_bool()) place.fail("expected true or false");
      value = json.boolean();
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(whole(json, place, std::numeric_limits<T>::max()));
    } else if constexpr (std::is_same_v<T, double>) {
      value = figure(json, place);
    } else if constexpr (kIsVector<T>) {
      if (!json.is_array()) place.fail("expected an array");
      value.clear();
      size_t index = 0;
      for (const Json& element : json.elements())
        from_json(element, Place{place.file, &place, {}, index++}, value.emplace_back());
    } else if constexpr (kIsMap<T>) {
      if (!json.is_object()) place.fail("expected an object");
      value.clear();
      for (const auto& [key, element] : json.members())
        from_json(element, Place{place.file, &place, key}, value[key]);
    } else {
      JsonReader reader(json, place);
      fields(reader, value);
      reader.remark_others();
    }
  }

 private:
  template <class T>
  bool read_present(const char* key, T& value) {
    known_.push_back(key);
    const Json* found = object_.find(key);
    if (!found) return false;
    from_json(*found, Place{place_.file, &place_, key}, value);
    return true;
  }

  static uint64_t whole(const Json& json, const Place& place, uint64_t most);
  static double figure(const Json& json, const Place& place);
  // A field of a newer program, or a misspelt one.
  void remark_others() const;

  const Json& object_;
  const Place& place_;
  std::vector<std::string_view> known_;
};

}  // namespace winnow::profiles
