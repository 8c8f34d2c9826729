#include "profiles/process/child_result.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

namespace winnow::profiles {
namespace {

using base::Json;

constexpr size_t kLimitBytes = size_t{64} << 20;

// A JSON object and how to name its fields in an error.
class Fields {
 public:
  Fields(const Json& object, std::string subject, std::string prefix = "")
      : object_(object), subject_(std::move(subject)), prefix_(std::move(prefix)) {
    if (!object.is_object()) {
      throw base::Error(subject_, fmt::format("{}expected an object", prefix_));
    }
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

  std::optional<int64_t> integer(const char* name) const {
    const Json* found = find(name);
    return found ? std::optional(integer(*found, name)) : std::nullopt;
  }

  std::string string(const char* name) const {
    const Json* found = find(name);
    if (!found) return "";
    if (!found->is_string()) fail(name, "expected a string");
    return found->string();
  }

  std::optional<std::string> text(const char* name) const {
    std::string value = string(name);
    return value.empty() ? std::nullopt : std::optional(std::move(value));
  }

  std::optional<bool> boolean(const char* name) const {
    const Json* found = find(name);
    if (!found) return std::nullopt;
    if (!found->is_bool()) fail(name, "expected true or false");
    return found->boolean();
  }

  std::optional<Fields> object(const char* name) const {
    const Json* found = find(name);
    if (!found) return std::nullopt;
    return Fields(*found, subject_, fmt::format("{}{}.", prefix_, name));
  }

  const Json& value() const { return object_; }

 private:
  const Json& object_;
  std::string subject_;
  std::string prefix_;
};

std::vector<int64_t> iterations(const Fields& fields) {
  constexpr const char* kName = "iteration_wall_ns";
  const Json& array = fields.required(kName);
  if (!array.is_array() || array.elements().empty())
    fields.fail(kName, "expected a list of integers");
  std::vector<int64_t> result;
  for (const Json& value : array.elements()) {
    result.push_back(fields.integer(value, kName));
    if (result.back() == 0) fields.fail(kName, "zero");
  }
  return result;
}

CoresTime cores_time_of(const Fields& fields) {
  const auto figure = [&](const char* name) { return fields.integer(fields.required(name), name); };
  const int64_t cores = figure("cores");
  if (cores == 0 || cores > std::numeric_limits<int>::max()) fields.fail("cores", "out of range");
  return {static_cast<int>(cores), figure("idle_ns"), figure("busy_ns"), figure("steal_ns")};
}

Region region_of(const Fields& fields) {
  Region region;
  region.wall_ns = fields.integer(fields.required("wall_ns"), "wall_ns");
  if (region.wall_ns == 0) fields.fail("wall_ns", "zero");
  region.user_ns = fields.integer("user_ns");
  region.system_ns = fields.integer("system_ns");
  region.voluntary_switches = fields.integer("voluntary_switches");
  region.involuntary_switches = fields.integer("involuntary_switches");
  region.minor_faults = fields.integer("minor_faults");
  region.major_faults = fields.integer("major_faults");
  if (const auto time = fields.object("cores_time")) region.cores_time = cores_time_of(*time);
  return region;
}

std::map<std::string, int64_t> counters(const Fields& fields) {
  std::map<std::string, int64_t> result;
  for (const auto& [name, value] : fields.value().members())
    result[name] = fields.integer(value, name.c_str());
  return result;
}

std::map<std::string, DispatchLoop> dispatch_of(const Fields& fields) {
  std::map<std::string, DispatchLoop> result;
  for (const auto& [name, value] : fields.value().members()) {
    const Fields loop = *fields.object(name.c_str());
    const auto figure = [&](const char* field) {
      return loop.integer(loop.required(field), field);
    };
    result[name] = {figure("per_iteration"), figure("p50_ns"), figure("p99_ns")};
  }
  return result;
}

InjectedCause cause_of(const Fields& fields) {
  const auto cause = find_word<InjectedCause>(fields.string("cause"));
  if (!cause) fields.fail("cause", ("expected one of " + all_words<InjectedCause>()).c_str());
  return *cause;
}

Injected injected_of(const Fields& fields) {
  const auto figure = [&](const char* name) { return fields.integer(fields.required(name), name); };
  return {cause_of(fields),
          figure("amount"),
          figure("regions"),
          figure("most_by_one_thread"),
          figure("unit_p25_ns"),
          figure("unit_p50_ns"),
          figure("unit_p75_ns"),
          fields.integer("paid_ns"),
          fields.integer("most_paid_ns")};
}

Model model_of(const Fields& fields) {
  Model model;
  model.name = fields.string("name");
  model.file = fields.string("file");
  model.size_bytes = fields.integer("size_bytes");
  model.synthetic = fields.boolean("synthetic");
  model.hash = fields.text("hash");
  return model;
}

}  // namespace

ChildResult parse_child_result(const std::string& text, const std::string& subject) {
  const Json document = base::parse_json(text, subject);
  const Fields fields(document, subject);
  if (fields.string("schema") != "winnow-result/1") {
    fields.fail("schema", "expected \"winnow-result/1\"");
  }
  ChildResult result;
  result.block.isa = fields.string("isa");
  result.block.iteration_wall_ns = iterations(fields);
  const auto region = fields.object("region");
  if (!region) fields.fail("region", "missing");
  result.block.region = region_of(*region);
  if (const auto setup = fields.object("setup")) {
    result.block.load_ns = setup->integer("load_ns");
    result.block.warmup_ns = setup->integer("warmup_ns");
  }
  if (const auto work = fields.object("work")) result.block.work = counters(*work);
  if (const auto macs = fields.object("kernel_macs")) result.block.kernel_macs = counters(*macs);
  if (const auto loops = fields.object("dispatch")) result.block.dispatch = dispatch_of(*loops);
  if (const auto paid = fields.object("injected")) result.block.injected = injected_of(*paid);
  result.block.checksum = fields.string("checksum");
  result.block.peak_rss_bytes = fields.integer("peak_rss_bytes");
  result.variant = fields.string("variant");
  result.threads = fields.integer("threads");
  result.threads_asked = fields.integer("threads_asked");
  result.texts_per_iteration = fields.integer("texts_per_iteration");
  result.texts_hash = fields.text("texts_hash");
  result.calling_thread_works = fields.boolean("calling_thread_works");
  if (const auto model = fields.object("model")) result.model = model_of(*model);
  if (const auto formula = fields.object("thread_formula")) {
    const auto per_matmul = formula->integer("threads_per_matmul");
    const auto matmuls = formula->integer("matmuls_per_text");
    const auto persistent = formula->integer("persistent_threads");
    // A part of it would claim another number of threads.
    if (per_matmul && matmuls && persistent) {
      result.thread_formula =
          ThreadFormula{*per_matmul, *matmuls, *persistent, formula->integer("threads_per_batch")};
    }
  }
  return result;
}

ChildResult read_child_result(const std::string& file) {
  return parse_child_result(base::read_file(file, kLimitBytes), file);
}

}  // namespace winnow::profiles
