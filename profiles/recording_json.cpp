#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "profiles/recording.h"

namespace winnow::profiles {
namespace {

constexpr size_t kLimitBytes = size_t{64} << 20;
constexpr int kLimitDepth = 32;

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

// The fields of every struct, named once for both directions: `io` is a Writer or a Reader.

template <class Io, Is<MachineFact> T>
void fields(Io& io, T& fact) {
  io("name", fact.name);
  io("value", fact.value);
  io("note", fact.note);
}

template <class Io, Is<Workload> T>
void fields(Io& io, T& workload) {
  io("scenario", workload.scenario);
  io("description", workload.description);
  io("texts_per_iteration", workload.texts_per_iteration);
  io("tokens_per_iteration", workload.tokens_per_iteration);
  io("threads", workload.threads);
  io("iterations_per_block", workload.iterations_per_block);
  io("blocks", workload.blocks);
}

template <class Io, Is<Model> T>
void fields(Io& io, T& model) {
  io("name", model.name);
  io("file", model.file);
  io("size_bytes", model.size_bytes);
  io("synthetic", model.synthetic);
}

template <class Io, Is<ThreadFormula> T>
void fields(Io& io, T& formula) {
  io("threads_per_matmul", formula.threads_per_matmul);
  io("matmuls_per_text", formula.matmuls_per_text);
  io("persistent_threads", formula.persistent_threads);
}

template <class Io, Is<Variant> T>
void fields(Io& io, T& variant) {
  io("name", variant.name);
  io("summary", variant.summary);
  io("label", variant.label);
  io("advice", variant.advice);
  io("program", variant.program);
  io("persistent_threads", variant.persistent_threads);
  io("calling_thread_works", variant.calling_thread_works);
  io("thread_formula", variant.thread_formula);
}

template <class Io, Is<Region> T>
void fields(Io& io, T& region) {
  io("wall_ns", region.wall_ns);
  io("user_ns", region.user_ns);
  io("system_ns", region.system_ns);
  io("voluntary_switches", region.voluntary_switches);
  io("involuntary_switches", region.involuntary_switches);
  io("minor_faults", region.minor_faults);
  io("major_faults", region.major_faults);
}

template <class Io, Is<Block> T>
void fields(Io& io, T& block) {
  io("pass", block.pass);
  io("variant", block.variant);
  io("index", block.index);
  io("order", block.order);
  io("status", block.status);
  io("stderr_tail", block.stderr_tail);
  io("isa", block.isa);
  io("iteration_wall_ns", block.iteration_wall_ns);
  io("region", block.region);
  io("work", block.work);
  io("checksum", block.checksum);
  io("peak_rss_bytes", block.peak_rss_bytes);
  io("load_ns", block.load_ns);
  io("warmup_ns", block.warmup_ns);
  io("raw_files", block.raw_files);
}

template <class Io, Is<Function> T>
void fields(Io& io, T& function) {
  io("name", function.name);
  io("category", function.category);
  io("flat_s", function.flat_s);
  io("cumulative_s", function.cumulative_s);
  io("flat_samples", function.flat_samples);
  io("cumulative_samples", function.cumulative_samples);
}

template <class Io, Is<SampledProfile> T>
void fields(Io& io, T& profile) {
  io("clock", profile.clock);
  io("iterations", profile.iterations);
  io("samples", profile.samples);
  io("period_s", profile.period_s);
  io("sampled_s", profile.sampled_s);
  io("total_s", profile.total_s);
  io("functions", profile.functions);
}

template <class Io, Is<AllocationRow> T>
void fields(Io& io, T& row) {
  io("category", row.category);
  io("bytes", row.bytes);
  io("objects", row.objects);
}

template <class Io, Is<HeapProfile> T>
void fields(Io& io, T& heap) {
  io("iterations", heap.iterations);
  io("region_bytes", heap.region_bytes);
  io("region_objects", heap.region_objects);
  io("region", heap.region);
  io("before_region", heap.before_region);
  io("header_bytes", heap.header_bytes);
  io("header_objects", heap.header_objects);
  io("exact_bytes", heap.exact_bytes);
  io("exact_objects", heap.exact_objects);
}

template <class Io, Is<Calls> T>
void fields(Io& io, T& calls) {
  io("count", calls.count);
  io("wall_s", calls.wall_s);
}

template <class Io, Is<ThreadAccount> T>
void fields(Io& io, T& account) {
  io("name", account.name);
  io("thread_count", account.thread_count);
  io("wall_s", account.wall_s);
  io("cpu_s", account.cpu_s);
  io("run_queue_s", account.run_queue_s);
  io("voluntary_switches", account.voluntary_switches);
  io("involuntary_switches", account.involuntary_switches);
  io("computing_s", account.computing_s);
  io("searching_s", account.searching_s);
  io("waiting_s", account.waiting_s);
  io("signalling_s", account.signalling_s);
}

template <class Io, Is<SyncProfile> T>
void fields(Io& io, T& sync) {
  io("iterations", sync.iterations);
  io("wall_s", sync.wall_s);
  io("cores", sync.cores);
  io("thread_create", sync.thread_create);
  io("thread_join", sync.thread_join);
  io("condition_wait", sync.condition_wait);
  io("condition_signal", sync.condition_signal);
  io("condition_broadcast", sync.condition_broadcast);
  io("mutex_contended", sync.mutex_contended);
  io("futex_wait", sync.futex_wait);
  io("futex_wake", sync.futex_wake);
  io("yield", sync.yield);
  io("computing", sync.computing);
  io("searching", sync.searching);
  io("waiting", sync.waiting);
  io("signalling", sync.signalling);
  io("allocations", sync.allocations);
  io("allocated_bytes", sync.allocated_bytes);
  io("frees", sync.frees);
  io("threads", sync.threads);
}

template <class Io, Is<VariantProfiles> T>
void fields(Io& io, T& profiles) {
  io("cpu", profiles.cpu);
  io("wall", profiles.wall);
  io("heap", profiles.heap);
  io("sync", profiles.sync);
}

template <class Io, Is<Missing> T>
void fields(Io& io, T& missing) {
  io("variant", missing.variant);
  io("pass", missing.pass);
  io("reason", missing.reason);
}

template <class Io, Is<Recording> T>
void fields(Io& io, T& recording) {
  io("schema", recording.schema);
  io("created", recording.created);
  io("winnow_version", recording.winnow_version);
  io("commit", recording.commit);
  io("status", recording.status);
  io("machine", recording.machine);
  io("workload", recording.workload);
  io("model", recording.model);
  io("baseline", recording.baseline);
  io("variants", recording.variants);
  io("blocks", recording.blocks);
  io("profiles", recording.profiles);
  io("missing", recording.missing);
  io("warnings", recording.warnings);
}

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;

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

using Json = nlohmann::json;

class Reader {
 public:
  Reader(const Json& object, const Place& place) : object_(object), place_(place) {
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
      Reader reader(json, place);
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

Json parse(const std::string& text, const std::string& path) {
  const auto limit_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kLimitDepth) throw base::Error(path, "not a recording: nested too deeply");
    return true;
  };
  try {
    return Json::parse(text, limit_depth);
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<ptrdiff_t>(std::min(error.byte, text.size()));
    throw base::Error(
        path, "line " + std::to_string(1 + std::count(text.begin(), end, '\n')) + ": not JSON");
  } catch (const Json::exception&) {
    throw base::Error(path, "not a recording: a number is out of range");
  }
}

Recording decode(const Json& json, const std::string& path) {
  const Place root{path};
  if (!json.is_object() || !json.contains("schema"))
    throw base::Error(path, "not a recording: it has no schema");
  int schema = 0;
  Reader::from_json(json["schema"], Place{path, &root, "schema"}, schema);
  if (schema != kRecordingSchema)
    throw base::Error(path, "schema " + std::to_string(schema) + " is " +
                                (schema > kRecordingSchema ? "newer" : "older") +
                                " than this program's " + std::to_string(kRecordingSchema));
  Recording recording;
  Reader::from_json(json, root, recording);
  return recording;
}

std::string recording_path(const std::string& folder) { return folder + "/recording.json"; }

}  // namespace

Recording read_recording(const std::string& folder) {
  const std::string path = recording_path(folder);
  return decode(parse(base::read_file(path, kLimitBytes), path), path);
}

void write_recording(const std::string& folder, const Recording& recording) {
  // Output of measured programs (stderr, function names) need not be UTF-8; JSON must be.
  const std::string text =
      Writer::to_json(recording).dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
  base::write_file(recording_path(folder), text);
}

}  // namespace winnow::profiles
