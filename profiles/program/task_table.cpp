#include "profiles/program/task_table.h"

#include <algorithm>
#include <utility>

namespace winnow::profiles {
namespace {

constexpr size_t kProcessRows = 100, kPrivilegeNames = 20;

void add_figures(TaskFigures& sum, const TaskFigures& more) {
  sum.cpu_ns += more.cpu_ns;
  sum.run_queue_ns += more.run_queue_ns;
  sum.voluntary_switches += more.voluntary_switches;
  sum.involuntary_switches += more.involuntary_switches;
  sum.peak_rss_bytes = std::max(sum.peak_rss_bytes, more.peak_rss_bytes);
}

double seconds_of_ns(int64_t time_ns) { return static_cast<double>(time_ns) * 1e-9; }

void add_row(ProcessRow& sum, const ProcessRow& row) {
  sum.processes += row.processes;
  sum.threads += row.threads;
  sum.cpu_s += row.cpu_s;
  sum.run_queue_s += row.run_queue_s;
}

}  // namespace

void TaskTable::start(pid_t leader) {
  leader_ = leader;
  create(leader, leader, "");
}

void TaskTable::create(pid_t task, pid_t process, const std::string& name) {
  tasks_[task].process = process;
  account_.most_threads_at_once = std::max(account_.most_threads_at_once, ++living_);
  Process& its = processes_[process];
  if (its.tasks++ > 0) {
    ++account_.threads_created;
    ++rows_[its.name].threads;
    return;
  }
  its.name = name;
  ++rows_[name].processes;
  if (process != leader_) ++account_.processes_created;
}

void TaskTable::announced(pid_t parent, pid_t task, bool may_be_thread) {
  if (task <= 0 || early_.erase(task) > 0 || tasks_.contains(task)) return;
  const auto found = tasks_.find(parent);
  const pid_t process = found == tasks_.end() ? parent : found->second.process;
  const bool is_thread = may_be_thread && is_thread_of(process, task);
  create(task, is_thread ? process : task, processes_[process].name);
}

void TaskTable::stopped(pid_t task) {
  if (!tasks_.contains(task)) add_early(task);
  if (const auto found = tasks_.find(task); found != tasks_.end()) ++found->second.stops;
}

void TaskTable::add_early(pid_t task) {
  const auto identity = task_identity(task);
  if (!identity) return;  // killed since
  const auto parent = processes_.find(identity->parent);
  create(task, identity->process,
         parent == processes_.end() ? identity->name : parent->second.name);
  early_.insert(task);
}

void TaskTable::move_to_row(Process& process, std::string name) {
  --rows_[process.name].processes;
  process.name = std::move(name);
  ++rows_[process.name].processes;
}

void TaskTable::executed(pid_t process, pid_t former) {
  if (former > 0 && former != process) {
    remove(process);  // the first thread, which has no end of its own
    if (auto node = tasks_.extract(former)) {
      node.key() = process;
      tasks_.insert(std::move(node));
    }
  }
  ++account_.execs;
  Task& task = tasks_[process];
  if (account_.execs == 1)
    begin_with(task, process);
  else
    count(task, process);
  move_to_row(processes_[process], process_name(process));
  if (without_privilege_.size() < kPrivilegeNames && started_without_privilege(process))
    without_privilege_.insert(processes_[process].name);
}

// The tree begins here: what the harness's copy did before its exec, or had a thread do, is not in
// it.
void TaskTable::begin_with(Task& task, pid_t leader) {
  task.counted = task_figures(leader, leader).value_or(TaskFigures{});
  task.stops = 0;
  sum_ = {};
  rows_.clear();
  rows_[processes_[leader].name].processes = 1;
  account_ = {};
  account_.execs = 1;
  account_.most_threads_at_once = living_;
}

bool TaskTable::count(Task& task, pid_t number) {
  const auto figures = task_figures(task.process, number);
  if (!figures) return false;
  TaskFigures more = figures->since(task.counted);
  task.counted = *figures;
  more.voluntary_switches -= std::exchange(task.stops, 0);
  more.peak_rss_bytes = figures->peak_rss_bytes;
  add(more, task);
  return true;
}

// Of one whose figures were read in its last stop: what it did since, giving back its memory. Its
// last switch, which is the end itself, is left out.
void TaskTable::count_rest(const Task& task, pid_t number) {
  const auto times = task_times(task.process, number);
  if (!times) return;
  const TaskFigures more = times->since(task.counted);
  add({more.cpu_ns, more.run_queue_ns, 0, 0, 0}, task);
}

void TaskTable::add(const TaskFigures& more, const Task& task) {
  add_figures(sum_, more);
  ProcessRow& row = rows_[processes_[task.process].name];
  row.cpu_s += seconds_of_ns(more.cpu_ns);
  row.run_queue_s += seconds_of_ns(more.run_queue_ns);
}

void TaskTable::ending(pid_t task) {
  const auto found = tasks_.find(task);
  if (found == tasks_.end()) return;
  end_life(found->second);
  found->second.end_seen = count(found->second, task);
}

void TaskTable::end_life(Task& task) {
  if (std::exchange(task.living, false)) --living_;
}

void TaskTable::ended(pid_t task) {
  if (!tasks_.contains(task)) add_early(task);
  const auto found = tasks_.find(task);
  if (found == tasks_.end()) {
    ++account_.unseen_ends;
    return;
  }
  if (found->second.end_seen)
    count_rest(found->second, task);
  else
    found->second.end_seen = count(found->second, task);
  remove(task);
}

void TaskTable::remove(pid_t task) {
  const auto found = tasks_.find(task);
  if (found == tasks_.end()) return;
  end_life(found->second);
  if (!found->second.end_seen) ++account_.unseen_ends;
  const auto process = processes_.find(found->second.process);
  if (process != processes_.end() && --process->second.tasks == 0) processes_.erase(process);
  tasks_.erase(found);
}

TreeAccount TaskTable::account() const {
  TreeAccount account = account_;
  account.cpu_s = seconds_of_ns(sum_.cpu_ns);
  account.run_queue_s = seconds_of_ns(sum_.run_queue_ns);
  account.voluntary_switches = sum_.voluntary_switches;
  account.involuntary_switches = sum_.involuntary_switches;
  account.peak_rss_bytes = sum_.peak_rss_bytes;
  account.without_privilege.assign(without_privilege_.begin(), without_privilege_.end());
  for (const auto& [name, row] : rows_) {
    if (name.empty()) continue;  // the leader before its exec
    account.rows.push_back(row);
    account.rows.back().name = name;
  }
  std::stable_sort(account.rows.begin(), account.rows.end(),
                   [](const auto& one, const auto& other) { return one.cpu_s > other.cpu_s; });
  for (size_t i = kProcessRows; i < account.rows.size(); ++i)
    add_row(account.other_rows, account.rows[i]);
  if (account.rows.size() > kProcessRows) {
    account.other_names = static_cast<int64_t>(account.rows.size() - kProcessRows);
    account.rows.resize(kProcessRows);
  }
  return account;
}

}  // namespace winnow::profiles
