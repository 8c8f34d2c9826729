#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>

#include "profiles/perf/data_record.h"
#include "profiles/symbols/memory_map.h"

namespace winnow::profiles {

// What the processes of a perf.data file had mapped and were called, as its records come in the
// order of time.
class Processes {
 public:
  // Throws base::Error about `subject` for more mappings than memory should hold.
  explicit Processes(std::string subject) : subject_(std::move(subject)) {}

  void apply(const DataRecord& record);

  // Of a process that is not known an empty one.
  const MemoryMap& map(pid_t pid) const;
  const std::string& comm(pid_t tid) const;

 private:
  // A map that counts its mappings among those of all maps as long as it lives.
  struct Space {
    Space(std::shared_ptr<size_t> of_all, MemoryMap copied)
        : map(std::move(copied)), all(std::move(of_all)) {}
    ~Space() { *all -= counted; }
    Space(const Space&) = delete;
    Space& operator=(const Space&) = delete;

    MemoryMap map;
    std::shared_ptr<size_t> all;
    size_t counted = 0;
  };
  struct Process {
    std::shared_ptr<Space> space;  // shared by processes until one of them changes it
    int threads = 1;
  };
  void add(const MapRecord& record);
  void add(const CommRecord& record);
  void add(const ForkRecord& record);
  void add(const ExitRecord& record);
  void add(const SampleRecord&) {}

  std::string subject_;
  std::map<pid_t, Process> processes_;
  std::map<pid_t, std::string> comms_;
  std::shared_ptr<size_t> mappings_ = std::make_shared<size_t>(0);
};

}  // namespace winnow::profiles
