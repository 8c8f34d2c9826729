#include <nlohmann/json.hpp>

#include "base/file.h"
#include "profiles/recording_fields.h"

namespace winnow::profiles {
namespace {

using OrderedJson = nlohmann::ordered_json;

class Writer {
 public:
  template <class T>
  void operator()(const char* key, const T& value) {
    object[key] = to_json(value);
  }
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) object[key] = to_json(*value);
  }

  template <class T>
  static OrderedJson to_json(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return value;
    } else if constexpr (kIsVector<T>) {
      auto array = OrderedJson::array();
      for (const auto& element : value) array.push_back(to_json(element));
      return array;
    } else if constexpr (kIsMap<T>) {
      auto map = OrderedJson::object();
      for (const auto& [key, element] : value) map[key] = to_json(element);
      return map;
    } else {
      Writer writer;
      fields(writer, value);
      return std::move(writer.object);
    }
  }

 private:
  OrderedJson object = OrderedJson::object();
};

}  // namespace

void write_recording(const std::string& folder, const Recording& recording) {
  // Output of measured programs (stderr, function names) need not be UTF-8; JSON must be.
  const std::string text =
      Writer::to_json(recording).dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
  base::write_file(recording_path(folder), text);
}

}  // namespace winnow::profiles
