#pragma once

#include <string>

#include "profiles/recording/field_types.h"
#include "profiles/recording/recording.h"

namespace winnow::profiles {

inline std::string recording_path(const std::string& folder) { return folder + "/recording.json"; }

// The status of a process that did not fail.
inline constexpr const char* kEndedWell = "ok";

// The fields of every struct, named once for both directions: `io` is a JsonWriter or a
// JsonReader.

template <class Io, Is<MachineFact> T>
void fields(Io& io, T& fact) {
  io("name", fact.name);
  io("value", fact.value);
  io("note", fact.note);
  io("state", fact.state);
  io.where_told("advice", fact.advice);
}

template <class Io, Is<MachineIdentity> T>
void fields(Io& io, T& identity) {
  io("fingerprint", identity.fingerprint);
  io("facts", identity.facts);
  io.where_told("host_id", identity.host_id);
  io.where_told("note", identity.note);
}

template <class Io, Is<ProgramFile> T>
void fields(Io& io, T& file) {
  io("path", file.path);
  io("size_bytes", file.size_bytes);
  io("sha256", file.sha256);
  io("build_id", file.build_id);
  io("commit", file.commit);
  io.where_told("note", file.note);
}

template <class Io, Is<RooflineRow> T>
void fields(Io& io, T& row) {
  io("isa", row.isa);
  io("one_core_gmacs", row.one_core_gmacs);
  io("all_cores_gmacs", row.all_cores_gmacs);
}

template <class Io, Is<Roofline> T>
void fields(Io& io, T& roofline) {
  io("cores", roofline.cores);
  io("rows", roofline.rows);
  io("one_core_read_gbs", roofline.one_core_read_gbs);
  io("all_cores_read_gbs", roofline.all_cores_read_gbs);
  io("method", roofline.method);
}

template <class Io, Is<WorkDone> T>
void fields(Io& io, T& work) {
  io("unit", work.unit);
  io("amount", work.amount);
}

template <class Io, Is<Workload> T>
void fields(Io& io, T& workload) {
  io("scenario", workload.scenario);
  io("description", workload.description);
  io("items_per_iteration", workload.items_per_iteration);
  io.where_told("item", workload.item);
  io("items_hash", workload.items_hash);
  io.where_told("parts", workload.parts);
  io("parts_per_iteration", workload.parts_per_iteration);
  io("threads", workload.threads);
  io("iterations_per_block", workload.iterations_per_block);
  io("blocks", workload.blocks);
  io.where_told("iteration", workload.iteration);
  io("work", workload.work);
}

template <class Io, Is<Model> T>
void fields(Io& io, T& model) {
  io("name", model.name);
  io("file", model.file);
  io("size_bytes", model.size_bytes);
  io("synthetic", model.synthetic);
  io("hash", model.hash);
}

template <class Io, Is<StartCost> T>
void fields(Io& io, T& cost) {
  io("command", cost.command);
  io("runs", cost.runs);
  io("p25_ns", cost.p25_ns);
  io("p50_ns", cost.p50_ns);
  io("p75_ns", cost.p75_ns);
}

template <class Io, Is<ThreadTerm> T>
void fields(Io& io, T& term) {
  io("name", term.name);
  io("threads", term.threads);
  io.where_told("for_each", term.for_each);
  io("times", term.times);
  io("per_item", term.per_item);
  io("once", term.once);
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
  io("thread_terms", variant.thread_terms);
  io.where_told("arm_of", variant.arm_of);
  io("side", variant.side);
  io("program_file", variant.program_file);
  io.where_told("command", variant.command);
  io.where_told("server", variant.server);
}

template <class Io, Is<CoresTime> T>
void fields(Io& io, T& time) {
  io("cores", time.cores);
  io("idle_ns", time.idle_ns);
  io("busy_ns", time.busy_ns);
  io("steal_ns", time.steal_ns);
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
  io("cores_time", region.cores_time);
  io("cpu_migrations", region.cpu_migrations);
}

template <class Io, Is<DispatchLoop> T>
void fields(Io& io, T& loop) {
  io("per_iteration", loop.per_iteration);
  io("p50_ns", loop.p50_ns);
  io("p99_ns", loop.p99_ns);
}

template <class Io, Is<BlockMachine> T>
void fields(Io& io, T& machine) {
  io("wall_s", machine.wall_s);
  io("psi_cpu_some_percent", machine.psi_cpu_some_percent);
  io("steal_percent", machine.steal_percent);
  io("other_cpu_percent", machine.other_cpu_percent);
  io("throttled_ns", machine.throttled_ns);
  io("load_1min", machine.load_1min);
}

template <class Io, Is<Injected> T>
void fields(Io& io, T& injected) {
  io("cause", injected.cause);
  io("amount", injected.amount);
  io("regions", injected.regions);
  io("most_by_one_thread", injected.most_by_one_thread);
  io("unit_p25_ns", injected.unit_p25_ns);
  io("unit_p50_ns", injected.unit_p50_ns);
  io("unit_p75_ns", injected.unit_p75_ns);
  io("paid_ns", injected.paid_ns);
  io("most_paid_ns", injected.most_paid_ns);
}

template <class Io, Is<ServerFigures> T>
void fields(Io& io, T& server) {
  io("cpu_ns", server.cpu_ns);
  io("ready_ns", server.ready_ns);
  io("peak_rss_bytes", server.peak_rss_bytes);
}

template <class Io, Is<Block> T>
void fields(Io& io, T& block) {
  io("pass", block.pass);
  io("variant", block.variant);
  io("index", block.index);
  io("order", block.order);
  io.or_word("status", block.failure, kEndedWell);
  io("stderr_tail", block.stderr_tail);
  io("isa", block.isa);
  io("iteration_wall_ns", block.iteration_wall_ns);
  io.where_told("metrics", block.metrics);
  io("region", block.region);
  io("server", block.server);
  io("event_cpu_ns", block.event_cpu_ns);
  io("before_exec_cpu_ns", block.before_exec_cpu_ns);
  io("work", block.work);
  io("kernel_macs", block.kernel_macs);
  io("dispatch", block.dispatch);
  io("injected", block.injected);
  io("checksum", block.checksum);
  io("peak_rss_bytes", block.peak_rss_bytes);
  io("load_ns", block.load_ns);
  io("warmup_ns", block.warmup_ns);
  io("raw_files", block.raw_files);
  io("machine", block.machine);
  io.where_told("disturbed", block.disturbed);
  io("rerun_of", block.rerun_of);
}

template <class Io, Is<Function> T>
void fields(Io& io, T& function) {
  io("name", function.name);
  io("category", function.category);
  io("flat_s", function.flat_s);
  io("cumulative_s", function.cumulative_s);
  io("flat_samples", function.flat_samples);
  io("cumulative_samples", function.cumulative_samples);
  io.where_told("module", function.module);
}

template <class Io, Is<SampledProfile> T>
void fields(Io& io, T& profile) {
  io("clock", profile.clock);
  io("iterations", profile.iterations);
  io("samples", profile.samples);
  io("period_s", profile.period_s);
  io("sampled_s", profile.sampled_s);
  io("total_s", profile.total_s);
  io("unseen_kernel_s", profile.unseen_kernel_s);
  io("outside_events_s", profile.outside_events_s);
  io("functions", profile.functions);
}

template <class Io, Is<AllocationRow> T>
void fields(Io& io, T& row) {
  io("category", row.category);
  io("bytes", row.bytes);
  io("objects", row.objects);
}

template <class Io, Is<SeenShare> T>
void fields(Io& io, T& seen) {
  io("seen_cpu_s", seen.seen_cpu_s);
  io("tree_cpu_s", seen.tree_cpu_s);
  io("child_processes", seen.child_processes);
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
  io("seen", heap.seen);
}

template <class Io, Is<Calls> T>
void fields(Io& io, T& calls) {
  io("count", calls.count);
  io("wall_s", calls.wall_s);
}

template <class Io, Is<CpuByState> T>
void fields(Io& io, T& cpu) {
  io("computing_s", cpu.computing_s);
  io("searching_s", cpu.searching_s);
  io("waiting_s", cpu.waiting_s);
  io("signalling_s", cpu.signalling_s);
  io("creating_s", cpu.creating_s);
  io("other_s", cpu.other_s);
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
  io("cpu_by_state", account.cpu_by_state);
}

template <class Io, Is<SyncProcess> T>
void fields(Io& io, T& process) {
  io("block", process.block);
  io("iterations", process.iterations);
  io("counts", process.counts);
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
  io("processes", sync.processes);
  io("seen", sync.seen);
}

template <class Io, Is<TreeProgram> T>
void fields(Io& io, T& program) {
  io("name", program.name);
  io("processes", program.processes);
  io("threads", program.threads);
  io("cpu_s", program.cpu_s);
  io("run_queue_s", program.run_queue_s);
}

template <class Io, Is<TreeProfile> T>
void fields(Io& io, T& tree) {
  io("iterations", tree.iterations);
  io("wall_s", tree.wall_s);
  io("cpu_s", tree.cpu_s);
  io("run_queue_s", tree.run_queue_s);
  io("voluntary_switches", tree.voluntary_switches);
  io("involuntary_switches", tree.involuntary_switches);
  io("processes", tree.processes);
  io("threads", tree.threads);
  io("execs", tree.execs);
  io("most_threads_at_once", tree.most_threads_at_once);
  io("peak_rss_bytes", tree.peak_rss_bytes);
  io("unseen_ends", tree.unseen_ends);
  io("programs", tree.programs);
  io.where_told("without_privilege", tree.without_privilege);
}

template <class Io, Is<FutexProfile> T>
void fields(Io& io, T& futex) {
  io("iterations", futex.iterations);
  io("waits", futex.waits);
  io("wakes", futex.wakes);
  io("requeues", futex.requeues);
  io("others", futex.others);
}

template <class Io, Is<InstructionProfile> T>
void fields(Io& io, T& count) {
  io("iterations", count.iterations);
  io("instructions", count.instructions);
  io("fewest", count.fewest);
  io("most", count.most);
  io("processes", count.processes);
}

template <class Io, Is<VariantProfiles> T>
void fields(Io& io, T& profiles) {
  io("cpu", profiles.cpu);
  io("wall", profiles.wall);
  io("heap", profiles.heap);
  io("sync", profiles.sync);
  io("tree", profiles.tree);
  io("futex", profiles.futex);
  io("count", profiles.count);
  io("server", profiles.server);
}

template <class Io, Is<Missing> T>
void fields(Io& io, T& missing) {
  io("variant", missing.variant);
  io.or_word("pass", missing.pass, "verdict");
  io("reason", missing.reason);
}

template <class Io, Is<Metric> T>
void fields(Io& io, T& metric) {
  io("name", metric.name);
  io("pattern", metric.pattern);
  io("higher_is_better", metric.higher_is_better);
  io("decides", metric.decides);
}

template <class Io, Is<Recording> T>
void fields(Io& io, T& recording) {
  io("created", recording.created);
  io("winnow_version", recording.winnow_version);
  io("commit", recording.commit);
  io("status", recording.status);
  io("machine", recording.machine);
  io("machine_identity", recording.machine_identity);
  io("roofline", recording.roofline);
  io("workload", recording.workload);
  io("model", recording.model);
  io("start_cost", recording.start_cost);
  io("baseline", recording.baseline);
  io("variants", recording.variants);
  io.where_told("twin", recording.twin);
  io.where_told("metrics", recording.metrics);
  io("blocks", recording.blocks);
  io("profiles", recording.profiles);
  io("missing", recording.missing);
  io("warnings", recording.warnings);
  io("lasting_warnings", recording.lasting_warnings);
}

}  // namespace winnow::profiles
