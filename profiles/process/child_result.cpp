#include "profiles/process/child_result.h"

#include <fmt/format.h>

#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "profiles/recording/fields.h"
#include "profiles/recording/upgrades.h"

namespace winnow::profiles {
namespace {

// A JSON object, its values of the types that are asked for, and how to name them in an error. What
// is null was not told.
class Fields {
 public:
  Fields(const Json& object, std::string subject, std::string prefix = "")
      : object_(object), subject_(std::move(subject)), prefix_(std::move(prefix)) {
    if (object.is_object()) return;
    const std::string name = prefix_.substr(0, prefix_.rfind('.'));
    throw base::Error(subject_,
                      name.empty() ? "expected an object" : name + ": expected an object");
  }

  // Null: it is not there, or it is null in the document.
  const Json* find(const char* name) const {
    const Json* found = object_.find(name);
    return found && !found->is_null() ? found : nullptr;
  }

  [[noreturn]] void fail(const char* name, const char* problem) const {
    throw base::Error(subject_, fmt::format("{}{}: {}", prefix_, name, problem));
  }

  const Json& required(const char* name) const {
    if (const Json* found = find(name)) return *found;
    fail(name, "missing");
  }

  int64_t integer(const Json& value, const char* name) const {
    if (!value.is_integer()) fail(name, "expected an integer");
    const auto integer = value.as_int64();
    if (!integer) fail(name, "too large");
    if (*integer < 0) fail(name, "negative");
    return *integer;
  }

  template <class T>
  T read(const Json& value, const char* name) const {
    if constexpr (std::is_same_v<T, std::string>) {
      if (!value.is_string()) fail(name, "expected a string");
      return value.string();
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!value.is_bool()) fail(name, "expected true or false");
      return value.boolean();
    } else if constexpr (std::is_integral_v<T>) {
      const int64_t figure = integer(value, name);
      if (!std::in_range<T>(figure)) fail(name, "too large");
      return static_cast<T>(figure);
    } else if constexpr (Worded<T>) {
      const auto found = find_word<T>(read<std::string>(value, name));
      if (!found) fail(name, ("expected one of " + all_words<T>()).c_str());
      return *found;
    } else {
      T result;
      const Fields inside = nested(value, name);
      fields(inside, result);
      return result;
    }
  }

  // Empty: it was not told.
  template <class T>
  std::optional<T> told(const char* name) const {
    const Json* found = find(name);
    return found ? std::optional(read<T>(*found, name)) : std::nullopt;
  }
  std::string text(const char* name) const { return told<std::string>(name).value_or(""); }

  // The fields of a struct as a recording has them (profiles/recording/fields.h).
  template <class T>
  void operator()(const char* name, T& value) const {
    value = read<T>(required(name), name);
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& value) const {
    value = told<T>(name);
  }

  template <class T>
  std::map<std::string, T> map() const {
    std::map<std::string, T> result;
    for (const auto& [name, value] : object_.members()) result[name] = read<T>(value, name.c_str());
    return result;
  }

  std::optional<Fields> object(const char* name) const {
    const Json* found = find(name);
    if (!found) return std::nullopt;
    return nested(*found, name);
  }

  // An element of the list `name`.
  Fields element(const Json& value, const char* name) const {
    return Fields(value, subject_, fmt::format("{}{}[].", prefix_, name));
  }

 private:
  Fields nested(const Json& value, const char* name) const {
    return Fields(value, subject_, fmt::format("{}{}.", prefix_, name));
  }

  const Json& object_;
  std::string subject_;
  std::string prefix_;
};

// An empty text is none.
std::optional<std::string> told_text(const Fields& fields, const char* name) {
  std::string text = fields.text(name);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::vector<int64_t> iterations(const Fields& fields) {
  constexpr const char* kName = "iteration_wall_ns";
  const Json& array = fields.required(kName);
  if (!array.is_array() || array.elements().empty())
    fields.fail(kName, "expected a list of integers");
  std::vector<int64_t> result;
  for (const Json& value : array.elements()) result.push_back(fields.integer(value, kName));
  return result;
}

Region region_of(const Fields& fields) {
  Region region;
  fields("region", region);
  if (region.cores_time && region.cores_time->cores == 0)
    fields.fail("region.cores_time.cores", "zero");
  return region;
}

std::vector<ThreadTerm> thread_terms_of(const Fields& fields, const Json& terms) {
  constexpr const char* kName = "thread_terms";
  if (!terms.is_array()) fields.fail(kName, "expected a list of objects");
  std::vector<ThreadTerm> result;
  for (const Json& term : terms.elements()) {
    const Fields told = fields.element(term, kName);
    ThreadTerm& made = result.emplace_back();
    made.name = told.text("name");
    told("threads", made.threads);
    made.for_each = told.text("for_each");
    made.times = told.told<int64_t>("times").value_or(1);
    made.per_item = told.told<bool>("per_item").value_or(false);
    made.once = told.told<bool>("once").value_or(false);
  }
  return result;
}

Model model_of(const Fields& fields) {
  Model model;
  model.name = fields.text("name");
  model.file = fields.text("file");
  fields("size_bytes", model.size_bytes);
  fields("synthetic", model.synthetic);
  model.hash = told_text(fields, "hash");
  return model;
}

Block block_of(const Fields& fields) {
  Block block;
  block.isa = fields.text("isa");
  block.iteration_wall_ns = iterations(fields);
  block.region = region_of(fields);
  if (const auto setup = fields.object("setup")) {
    (*setup)("load_ns", block.load_ns);
    (*setup)("warmup_ns", block.warmup_ns);
  }
  if (const auto work = fields.object("work")) block.work = work->map<int64_t>();
  if (const auto macs = fields.object("kernel_macs")) block.kernel_macs = macs->map<int64_t>();
  if (const auto loops = fields.object("dispatch")) block.dispatch = loops->map<DispatchLoop>();
  fields("injected", block.injected);
  block.checksum = fields.text("checksum");
  fields("peak_rss_bytes", block.peak_rss_bytes);
  return block;
}

}  // namespace

ChildResult parse_child_result(const std::string& text, const std::string& subject) {
  Json document = base::parse_json(text, subject);
  name_items(document);
  name_thread_terms(document);
  const Fields fields(document, subject);
  if (fields.text("schema") != "winnow-result/1") {
    fields.fail("schema", "expected \"winnow-result/1\"");
  }
  ChildResult result;
  result.block = block_of(fields);
  result.variant = fields.text("variant");
  fields("threads", result.threads);
  fields("threads_asked", result.threads_asked);
  fields("threads_fewest", result.threads_fewest);
  fields("cores", result.cores);
  fields("items_per_iteration", result.items_per_iteration);
  result.item = fields.text("item");
  result.items_hash = told_text(fields, "items_hash");
  fields("calling_thread_works", result.calling_thread_works);
  if (const auto model = fields.object("model")) result.model = model_of(*model);
  if (const Json* terms = fields.find("thread_terms"))
    result.thread_terms = thread_terms_of(fields, *terms);
  return result;
}

ChildResult read_child_result(const std::string& file) {
  return parse_child_result(base::read_file(file, kMostResultBytes), file);
}

}  // namespace winnow::profiles
