#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cores_time.h"
#include "base/json.h"
#include "engine/activations.h"
#include "engine/model.h"
#include "engine/schedulers/scheduler.h"
#include "scenarios/dispatch.h"
#include "scenarios/driver_options.h"
#include "scenarios/injected_cost.h"

// The parts of what a measured program tells (docs/child-contract.md).
namespace winnow::scenarios {

using base::Json;

// What a region took, from readings at its begin and its end.
Json region_json(int64_t wall_ns, const rusage& begin, const rusage& end);
std::optional<Json> cores_json(const std::optional<base::CoresTime>& begin,
                               const std::optional<base::CoresTime>& end);

// The kernel's high-water mark of this program image; getrusage's would include the parent's.
std::optional<int64_t> peak_rss_bytes();

// Over the bytes of the embeddings: equal only for equal bits.
std::string checksum(const std::vector<float>& values);
std::string texts_hash(const std::vector<std::string>& texts);

Json work_json(const engine::WorkCounters& begin, const engine::WorkCounters& end);
// By the functions that do them.
Json kernel_macs_json(const engine::WorkCounters& begin, const engine::WorkCounters& end);

// What the strategy's loops cost, timed here, and how many a batch takes.
Json dispatch_json(engine::Scheduler& scheduler, int threads, const LoopCounts& counts,
                   int samples);

// The options that mean something for the strategy, and those that were set in vain.
void add_options_json(const engine::SchedulerRow& variant, const DriverOptions& options,
                      Json& result);

// What was paid before the regions, and what one payment costs outside of them.
Json injected_json(const DriverOptions& options, InjectedCost& injected);

Json model_json(const engine::Model& model, const std::string& file);
// The threads that the strategy creates by its design.
Json thread_terms_json(const engine::SchedulerRow& variant, const engine::Model& model,
                       int threads);

}  // namespace winnow::scenarios
