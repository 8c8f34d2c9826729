#include "profiles/process/proc_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "profiles/process/descriptor.h"

namespace winnow::profiles {
namespace {

// The files are read thousands of times a second, beside what is measured.
std::string proc_text(const char* path) {
  const Descriptor file{open(path, O_RDONLY | O_CLOEXEC)};
  char text[4096];
  const ssize_t size = file.number < 0 ? -1 : read(file.number, text, sizeof text);
  return size <= 0 ? "" : std::string(text, static_cast<size_t>(size));
}

template <class... T>
std::string proc_text(const char* format, T... numbers) {
  char path[64];
  std::snprintf(path, sizeof path, format, numbers...);
  return proc_text(static_cast<const char*>(path));
}

// The number behind "\n<label>:" of a status file; 0: it has none, as those that lost their memory.
int64_t labelled(const std::string& text, const char* label) {
  const size_t found = text.find(label);
  return found == std::string::npos ? 0 : std::atoll(text.c_str() + found + std::strlen(label));
}

std::string first_line(std::string text) { return text.substr(0, text.find('\n')); }

std::optional<ProcessLine> process_line(const char* pid) {
  char path[300];
  std::snprintf(path, sizeof path, "/proc/%s/stat", pid);
  const std::string text = proc_text(static_cast<const char*>(path));
  const size_t open = text.find('('), close = text.rfind(')');
  ProcessLine line;
  if (close == std::string::npos || open > close ||
      std::sscanf(text.c_str() + close, ") %c %d", &line.state, &line.parent) != 2)
    return std::nullopt;
  line.pid = std::atoi(pid);
  line.name = text.substr(open + 1, close - open - 1);
  return line;
}

bool is_over(const ProcessLine& line) { return line.state == 'Z' || line.state == 'X'; }

// The second number: of user or group the one in effect.
int64_t effective(const std::string& status, const char* label) {
  long long real = 0, in_effect = -1;
  const size_t found = status.find(label);
  if (found != std::string::npos)
    std::sscanf(status.c_str() + found + std::strlen(label), "%lld %lld", &real, &in_effect);
  return in_effect;
}

}  // namespace

std::vector<ProcessLine> all_processes() {
  std::vector<ProcessLine> lines;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  while (const dirent* entry = folder ? readdir(folder.get()) : nullptr) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (auto line = process_line(entry->d_name)) lines.push_back(std::move(*line));
  }
  return lines;
}

std::vector<ProcessLine> living_descendants(pid_t ancestor) {
  std::vector<ProcessLine> others = all_processes(), living;
  std::vector<pid_t> parents{ancestor};
  while (!parents.empty()) {
    const pid_t parent = parents.back();
    parents.pop_back();
    for (const ProcessLine& line : others) {
      if (line.parent != parent || line.pid == ancestor) continue;
      parents.push_back(line.pid);
      if (!is_over(line)) living.push_back(line);
    }
  }
  return living;
}

TaskFigures TaskFigures::since(const TaskFigures& earlier) const {
  return {cpu_ns - earlier.cpu_ns, run_queue_ns - earlier.run_queue_ns,
          voluntary_switches - earlier.voluntary_switches,
          involuntary_switches - earlier.involuntary_switches, 0};
}

std::optional<TaskFigures> task_times(pid_t process, pid_t task) {
  const std::string times = proc_text("/proc/%d/task/%d/schedstat", process, task);
  long long cpu = 0, waited = 0;
  if (std::sscanf(times.c_str(), "%lld %lld", &cpu, &waited) != 2) return std::nullopt;
  return TaskFigures{cpu, waited, 0, 0, 0};
}

std::optional<TaskFigures> task_figures(pid_t process, pid_t task) {
  auto figures = task_times(process, task);
  const std::string status = proc_text("/proc/%d/task/%d/status", process, task);
  if (!figures || status.empty()) return std::nullopt;
  figures->voluntary_switches = labelled(status, "\nvoluntary_ctxt_switches:");
  figures->involuntary_switches = labelled(status, "\nnonvoluntary_ctxt_switches:");
  figures->peak_rss_bytes = labelled(status, "\nVmHWM:") * 1024;
  return figures;
}

bool has_schedstat() {
  const std::string times = proc_text("/proc/self/schedstat");
  return !times.empty() && times.rfind("0 0 0", 0) != 0;
}

std::optional<TaskIdentity> task_identity(pid_t task) {
  const std::string status = proc_text("/proc/%d/status", task);
  if (status.rfind("Name:\t", 0) != 0) return std::nullopt;
  return TaskIdentity{static_cast<pid_t>(labelled(status, "\nTgid:")),
                      static_cast<pid_t>(labelled(status, "\nPPid:")),
                      first_line(status.substr(6))};
}

char task_state(pid_t task) {
  const auto line = process_line(std::to_string(task).c_str());
  return line ? line->state : '?';
}

std::string process_name(pid_t process) { return first_line(proc_text("/proc/%d/comm", process)); }

bool is_thread_of(pid_t process, pid_t task) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/task/%d", process, task);
  return access(path, F_OK) == 0;
}

bool started_without_privilege(pid_t process) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/exe", process);
  struct stat file {};
  if (stat(path, &file) != 0) return false;
  const bool set_user = file.st_mode & S_ISUID;
  const bool set_group = (file.st_mode & S_ISGID) && (file.st_mode & S_IXGRP);
  const bool capable = getxattr(path, "security.capability", nullptr, 0) > 0;
  struct statvfs system {};
  if (!(set_user || set_group || capable) || statvfs(path, &system) != 0) return false;
  const std::string status = proc_text("/proc/%d/status", process);
  if (status.empty() || (system.f_flag & ST_NOSUID)) return false;
  return (set_user && file.st_uid != effective(status, "\nUid:")) ||
         (set_group && file.st_gid != effective(status, "\nGid:")) ||
         (capable && status.find("\nCapPrm:\t0000000000000000\n") != std::string::npos);
}

}  // namespace winnow::profiles
