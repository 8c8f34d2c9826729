#include "profiles/perf/processes.h"

#include "base/error.h"

namespace winnow::profiles {
namespace {

constexpr size_t kMostMappings = size_t{1} << 18;

// Memory without a file that holds code: of a compiler that runs in the process, mostly.
bool is_anonymous(std::string_view file) {
  if (file.empty()) return true;
  for (const std::string_view name : {"//anon", "/anon_hugepage", "/memfd:", "/dev/zero", "/SYSV"})
    if (file.starts_with(name)) return true;
  return false;
}

}  // namespace

void Processes::apply(const DataRecord& record) {
  std::visit([this](const auto& each) { add(each); }, record);
}

const MemoryMap& Processes::map(pid_t pid) const {
  static const MemoryMap kNone;
  const auto found = processes_.find(pid);
  return found == processes_.end() || !found->second.space ? kNone : found->second.space->map;
}

const std::string& Processes::comm(pid_t tid) const {
  static const std::string kUnknown;
  const auto found = comms_.find(tid);
  return found == comms_.end() ? kUnknown : found->second;
}

void Processes::add(const MapRecord& record) {
  const uint64_t end = record.begin + record.size_bytes;
  if (end < record.begin) return;
  std::shared_ptr<Space>& space = processes_[record.pid].space;
  if (!space)
    space = std::make_shared<Space>(mappings_, MemoryMap());
  else if (space.use_count() > 1)
    space = std::make_shared<Space>(mappings_, space->map);
  std::string file(is_anonymous(record.file) ? "[anonymous memory]" : record.file);
  space->map.lay({record.begin, end, record.offset, std::move(file)});
  *mappings_ += space->map.size() - space->counted;
  space->counted = space->map.size();
  if (*mappings_ > kMostMappings)
    throw base::Error(subject_, "its processes have more mappings than can be");
}

void Processes::add(const CommRecord& record) {
  comms_[record.tid] = record.comm;
  if (record.exec) processes_[record.pid].space.reset();
}

void Processes::add(const ForkRecord& record) {
  if (const auto found = comms_.find(record.parent_tid); found != comms_.end())
    comms_[record.tid] = found->second;
  if (record.pid == record.parent_pid)
    ++processes_[record.pid].threads;
  else
    processes_[record.pid] = {processes_[record.parent_pid].space};
}

void Processes::add(const ExitRecord& record) {
  comms_.erase(record.tid);
  const auto found = processes_.find(record.pid);
  if (found != processes_.end() && --found->second.threads <= 0) processes_.erase(found);
}

}  // namespace winnow::profiles
