#include "profiles/process/child_result.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace winnow::profiles {
namespace {

using nlohmann::json;

constexpr size_t kLimitBytes = size_t{64} << 20;

// A JSON object and how to name its fields in an error.
class Fields {
 public:
  Fields(const json& object, std::string subject, std::string prefix = "")
      : object_(object), subject_(std::move(subject)), prefix_(std::move(prefix)) {
    if (!object.is_object()) {
      throw base::Error(subject_, fmt::format("{}expected an object", prefix_));
    }
  }

  bool has(const char* name) const { return object_.contains(name) && !object_[name].is_null(); }

  [[noreturn]] void fail(const char* name, const char* problem) const {
    throw base::Error(subject_, fmt::format("{}{}: {}", prefix_, name, problem));
  }

  const json& required(const char* name) const {
    if (!has(name)) fail(name, "missing");
    return object_[name];
  }

  int64_t integer(const json& value, const char* name) const {
    if (!value.is_number_integer()) fail(name, "expected an integer");
    if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX) fail(name, "too large");
    if (value.get<int64_t>() < 0) fail(name, "negative");
    return value.get<int64_t>();
  }

  std::optional<int64_t> integer(const char* name) const {
    if (!has(name)) return std::nullopt;
    return integer(object_[name], name);
  }

  std::string string(const char* name) const {
    if (!has(name)) return "";
    if (!object_[name].is_string()) fail(name, "expected a string");
    return object_[name].get<std::string>();
  }

  std::optional<std::string> text(const char* name) const {
    std::string value = string(name);
    return value.empty() ? std::nullopt : std::optional(std::move(value));
  }

  std::optional<bool> boolean(const char* name) const {
    if (!has(name)) return std::nullopt;
    if (!object_[name].is_boolean()) fail(name, "expected true or false");
    return object_[name].get<bool>();
  }

  std::optional<Fields> object(const char* name) const {
    if (!has(name)) return std::nullopt;
    return Fields(object_[name], subject_, fmt::format("{}{}.", prefix_, name));
  }

  const json& value() const { return object_; }

 private:
  const json& object_;
  std::string subject_;
  std::string prefix_;
};

std::vector<int64_t> iterations(const Fields& fields) {
  constexpr const char* kName = "iteration_wall_ns";
  const json& array = fields.required(kName);
  if (!array.is_array() || array.empty()) fields.fail(kName, "expected a list of integers");
  std::vector<int64_t> result;
  for (const json& value : array) {
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
  for (const auto& [name, value] : fields.value().items())
    result[name] = fields.integer(value, name.c_str());
  return result;
}

std::map<std::string, DispatchLoop> dispatch_of(const Fields& fields) {
  std::map<std::string, DispatchLoop> result;
  for (const auto& [name, value] : fields.value().items()) {
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
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) throw base::Error(subject, "not JSON");
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
