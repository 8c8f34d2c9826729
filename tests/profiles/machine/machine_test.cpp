#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "profiles/machine/facts.h"
#include "profiles/machine/identity.h"
#include "profiles/machine/tuning.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

// A machine of which a test tells the files.
class FakeMachine {
 public:
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder_.path() + path).parent_path());
    base::write_file(folder_.path() + path, text);
  }
  MachineFact fact(const std::string& name) const {
    for (const MachineFact& fact : machine_facts(folder_.path(), cycles_error))
      if (fact.name == name) return fact;
    throw base::Error(name, "no such fact");
  }
  std::string value(const std::string& name) const { return fact(name).value; }
  std::string note(const std::string& name) const { return fact(name).note; }
  std::vector<MachineFact> facts() const { return machine_facts(folder_.path(), cycles_error); }
  MachineIdentity identity() const { return machine_identity(facts(), folder_.path()); }

  int cycles_error = ENOENT;

 private:
  Scratch folder_;
};

// No fact has a value, each has its reason, which does not tell where the test's files lie.
void check_nothing_known(const FakeMachine& machine) {
  for (const MachineFact& fact : machine.facts()) {
    INFO(fact.name);
    CHECK(fact.value.empty());
    CHECK_FALSE(fact.note.empty());
    CHECK(fact.state == FactState::unknown);
    CHECK(fact.advice.empty());
    CHECK(fact.note.find("winnow-test") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("variables that tune a library or a runtime are known by their names") {
  for (const char* entry : {"OMP_NUM_THREADS=4", "GOMP_CPU_AFFINITY=0", "MALLOC_ARENA_MAX=1",
                            "GLIBC_TUNABLES=a=b", "MALLOC_PERTURB_=7", "GOGC=off", "TBB_X=1"})
    CHECK(is_tuning(entry));
  for (const char* entry : {"HOME=/", "GOGCX=1", "XOMP_A=1", "OMP_NUM_THREADS=",
                            "MALLOC_PERTURB_=0", "LD_LIBRARY_PATH=/lib", "PATH=/OMP_", ""})
    CHECK_FALSE(is_tuning(entry));
}

TEST_CASE("the facts of a known machine") {
  FakeMachine machine;
  const std::pair<const char*, std::string> files[] = {
      {"/proc/cpuinfo",
       "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\n"
       "flags\t\t: fpu vme hypervisor avx2\n\nprocessor\t: 1\nmodel name\t: other\n"},
      {"/sys/devices/system/cpu/online", "0-3,6\n"},
      {"/proc/self/status", "Name:\tx\nCpus_allowed:\t5\nCpus_allowed_list:\t0,2-3\n"},
      {"/sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0-1\n"},
      {"/sys/devices/system/cpu/smt/active", "1\n"},
      {"/sys/devices/system/node/online", "0-1\n"},
      {"/proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n"},
      {"/proc/sys/kernel/osrelease", "6.1.0-13-amd64\n"},
      {"/etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n"},
      {"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"},
      {"/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n"},
      {"/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"},
      {"/proc/sys/kernel/randomize_va_space", "2\n"},
      {"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"},
      {"/proc/loadavg", "0.50 1.25 2.00 3/456 7890\n"},
      {"/proc/pressure/cpu",
       "some avg10=12.50 avg60=1.00 avg300=0.10 total=123\nfull avg10=0.00\n"},
      {"/proc/self/cgroup", "0::/a/b\n"},
      {"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
      {"/sys/fs/cgroup/a/cpu.max", "250000 100000\n"},
      {"/sys/fs/cgroup/a/b/cpu.stat", "nr_throttled 3\nthrottled_usec 1500000\n"},
      {"/proc/stat", "cpu  10 0 20 150 5 0 5 10 3 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n"},
      {"/proc/self/environ", std::string("HOME=/\0OMP_NUM_THREADS=4\0XLD_A=1\0LD_A=b\0", 40)},
  };
  for (const auto& [path, text] : files) machine.write(path, text);

  const std::pair<const char*, const char*> expected[] = {
      {"cpu_model", "Some CPU @ 2.00GHz"},
      {"cores", "3"},
      {"threads_per_core", "2"},
      {"smt", "on"},
      {"numa_nodes", "2"},
      {"memory_bytes", "16777216"},
      {"kernel", "6.1.0-13-amd64"},
      {"os", "Debian GNU/Linux 12"},
      {"hypervisor", "yes"},
      {"governor", "powersave"},
      {"turbo", "on"},
      {"transparent_huge_pages", "madvise"},
      {"aslr", "on"},
      {"clock_source", "tsc"},
      {"load_average", "0.50 1.25 2.00"},
      {"cpu_pressure_percent", "12.50"},
      {"cpu_quota", "2.5"},
      {"throttled_seconds", "1.5"},
      {"steal_percent", "5.00"},
      {"environment", "OMP_NUM_THREADS=4 LD_A=b"},
      {"perf_events", "no hardware counters"},
  };
  for (const auto& [name, value] : expected) {
    INFO(name);
    CHECK(machine.value(name) == value);
  }
  CHECK(machine.facts().size() == std::size(expected));
  CHECK(machine.note("cores") == "online: 0-3,6; usable by this process: 0,2-3");
  CHECK(machine.note("cpu_quota") ==
        "cores' worth of time, cgroup version 2, /sys/fs/cgroup/a/cpu.max");
}

TEST_CASE("what cannot be read has no value and a reason") {
  FakeMachine machine;
  machine.cycles_error = EIO;
  check_nothing_known(machine);
  CHECK(machine.note("governor") ==
        "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor: No such file or directory");
}

TEST_CASE("what is not understood has no value either") {
  FakeMachine machine;
  machine.cycles_error = EIO;
  for (const char* file :
       {"/proc/cpuinfo", "/sys/devices/system/cpu/online", "/proc/self/status",
        "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
        "/sys/devices/system/cpu/smt/active", "/sys/devices/system/node/online", "/proc/meminfo",
        "/etc/os-release", "/sys/devices/system/cpu/intel_pstate/no_turbo",
        "/sys/kernel/mm/transparent_hugepage/enabled", "/proc/sys/kernel/randomize_va_space",
        "/proc/loadavg", "/proc/pressure/cpu", "/proc/self/cgroup", "/sys/fs/cgroup/cpu.max",
        "/sys/fs/cgroup/cpu.stat", "/proc/stat"})
    machine.write(file, "]nonsense[");
  check_nothing_known(machine);
  for (const char* list : {"0-99999999999", "3-1", "-1", "1-", "0,,1", "0x2"}) {
    INFO(list);
    machine.write("/sys/devices/system/node/online", list);
    CHECK(machine.value("numa_nodes").empty());
  }
}

TEST_CASE("quotas of both cgroup versions are found, the tightest of the groups around") {
  FakeMachine machine;
  SECTION("version 1, the group itself") {
    machine.write("/proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/box\n0::/\n");
    machine.write("/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "150000\n");
    machine.write("/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
    CHECK(machine.value("cpu_quota") == "1.5");
    CHECK(machine.note("cpu_quota") ==
          "cores' worth of time, cgroup version 1, /sys/fs/cgroup/cpu/box/cpu.cfs_quota_us");
  }
  SECTION("version 1, no quota") {
    machine.write("/proc/self/cgroup", "4:cpu:/box\n");
    machine.write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    machine.write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    CHECK(machine.value("cpu_quota") == "none");
  }
  SECTION("version 2 in a container: only the mount's root is there") {
    machine.write("/proc/self/cgroup", "0::/outside/of/the/container\n");
    machine.write("/sys/fs/cgroup/cpu.max", "50000 100000\n");
    CHECK(machine.value("cpu_quota") == "0.5");
  }
  SECTION("version 2, no quota") {
    machine.write("/proc/self/cgroup", "0::/\n");
    machine.write("/sys/fs/cgroup/cpu.max", "max 100000\n");
    CHECK(machine.value("cpu_quota") == "none");
  }
}

TEST_CASE("alternatives of one fact") {
  FakeMachine machine;
  machine.write("/sys/devices/system/cpu/cpufreq/boost", "0\n");
  CHECK(machine.value("turbo") == "off");
  machine.write("/proc/cpuinfo", "flags : fpu\n");
  CHECK(machine.value("hypervisor") == "no");
  CHECK(machine.value("cpu_model").empty());
  machine.write("/sys/devices/system/cpu/online", "0-1\n");
  CHECK(machine.value("cores") == "2");
  machine.write("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  machine.write("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
  CHECK(machine.value("governor") == "mixed");
}

// What a file must hold for a fact to be ok, for it to be a warning, and for neither to be told.
struct Fault {
  const char* fact;
  const char* file;
  const char* good;
  const char* bad;
  const char* strange;  // understood as a value, but no rule judges it; nullptr: any is judged
  const char* advice;   // part of it
};

TEST_CASE("every fact is judged: planted faults are warnings with what to do") {
  const Fault faults[] = {
      {"cores", "/proc/self/status", "Cpus_allowed_list: 0-1", "Cpus_allowed_list: 3", nullptr,
       "give this process more"},
      {"smt", "/sys/devices/system/cpu/smt/active", "0", "1", nullptr, "smt/control"},
      {"numa_nodes", "/sys/devices/system/node/online", "0", "0-1", nullptr, "numactl"},
      {"hypervisor", "/proc/cpuinfo", "flags: fpu", "flags: fpu hypervisor", nullptr, "A/A arm"},
      {"governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance",
       "powersave", "warp", "cpupower"},
      {"turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo", "1", "0", nullptr, "no_turbo"},
      {"turbo", "/sys/devices/system/cpu/cpufreq/boost", "0", "1", nullptr, "boost"},
      {"transparent_huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled",
       "always [madvise] never", "always madvise [never]", "[inherit]", "echo madvise"},
      {"aslr", "/proc/sys/kernel/randomize_va_space", "2", "0", nullptr, "randomize_va_space=2"},
      {"clock_source", "/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc",
       "hpet", "sundial", "clocksource=tsc"},
      {"steal_percent", "/proc/stat", "cpu 50 0 0 50 0 0 0 0 0 0", "cpu 50 0 0 48 0 0 0 2 0 0",
       nullptr, "hypervisor"},
      {"load_average", "/proc/loadavg", "0.20 9 9 1/2 3", "0.60 0 0 1/2 3", "much 0 0 1/2 3",
       "wait"},
      {"cpu_pressure_percent", "/proc/pressure/cpu", "some avg10=1.00 total=1",
       "some avg10=30.00 total=1", "some avg10=much total=1", "wait"},
  };
  for (const Fault& fault : faults) {
    INFO(fault.fact << " " << fault.file);
    FakeMachine machine;
    machine.write(fault.file, fault.good);
    CHECK(machine.fact(fault.fact).state == FactState::ok);
    CHECK(machine.fact(fault.fact).advice.empty());
    machine.write(fault.file, fault.bad);
    CHECK(machine.fact(fault.fact).state == FactState::warn);
    CHECK(machine.fact(fault.fact).advice.find(fault.advice) != std::string::npos);
    if (!fault.strange) continue;
    machine.write(fault.file, fault.strange);
    CHECK(machine.fact(fault.fact).state == FactState::unknown);
    CHECK(machine.note(fault.fact).starts_with("no rule for this value"));
  }
}

TEST_CASE("quota and throttling are judged in both cgroup versions") {
  struct Version {
    const char* group;
    std::vector<std::pair<const char*, const char*>> good, bad;
  };
  const Version versions[] = {
      {"4:cpu:/\n",
       {{"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000"},
        {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1"},
        {"/sys/fs/cgroup/cpu/cpu.stat", "throttled_time 0"}},
       {{"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000"},
        {"/sys/fs/cgroup/cpu/cpu.stat", "throttled_time 1000000"}}},
      {"0::/\n",
       {{"/sys/fs/cgroup/cpu.max", "max 100000"}, {"/sys/fs/cgroup/cpu.stat", "throttled_usec 0"}},
       {{"/sys/fs/cgroup/cpu.max", "50000 100000"},
        {"/sys/fs/cgroup/cpu.stat", "throttled_usec 1000"}}},
  };
  for (const Version& version : versions) {
    INFO(version.group);
    FakeMachine machine;
    machine.write("/proc/self/cgroup", version.group);
    for (const auto& [file, text] : version.good) machine.write(file, text);
    CHECK(machine.fact("cpu_quota").state == FactState::ok);
    CHECK(machine.fact("throttled_seconds").state == FactState::ok);
    for (const auto& [file, text] : version.bad) machine.write(file, text);
    CHECK(machine.fact("cpu_quota").state == FactState::warn);
    CHECK(machine.fact("throttled_seconds").state == FactState::warn);
    CHECK(machine.value("throttled_seconds") == "0.001");
  }
}

TEST_CASE("why hardware counters are not there decides what is told of them") {
  FakeMachine machine;
  const std::pair<int, FactState> states[] = {{0, FactState::ok},        {ENOENT, FactState::warn},
                                              {EACCES, FactState::warn}, {EPERM, FactState::warn},
                                              {ENOSYS, FactState::warn}, {EIO, FactState::unknown}};
  for (const auto& [error, state] : states) {
    INFO(error);
    machine.cycles_error = error;
    CHECK(machine.fact("perf_events").state == state);
    CHECK(machine.fact("perf_events").advice.empty() == (state != FactState::warn));
  }
  machine.cycles_error = EPERM;
  CHECK(machine.fact("perf_events").advice.find("perf_event_paranoid") != std::string::npos);
}

TEST_CASE("which machine it is, is told without a judgement of it") {
  FakeMachine machine;
  machine.write("/proc/cpuinfo", "model name: Some CPU\n");
  machine.write("/proc/sys/kernel/osrelease", "6.1\n");
  CHECK(machine.fact("cpu_model").state == FactState::ok);
  CHECK(machine.fact("kernel").state == FactState::ok);
}

TEST_CASE("this machine's facts: each has a value or a reason") {
  for (const MachineFact& fact : machine_facts()) {
    INFO(fact.name);
    CHECK((!fact.value.empty() || !fact.note.empty()));
    CHECK((fact.state == FactState::ok || fact.state == FactState::warn ||
           fact.state == FactState::unknown));
    CHECK((fact.state == FactState::warn) == !fact.advice.empty());
  }
}

TEST_CASE("a machine's fingerprint holds while it is the same machine, and no longer") {
  FakeMachine machine;
  machine.write("/proc/cpuinfo", "model name\t: Some CPU\nflags\t\t: fpu\n");
  machine.write("/sys/devices/system/cpu/online", "0-3\n");
  machine.write("/proc/meminfo", "MemTotal:       16300000 kB\n");
  machine.write("/proc/sys/kernel/osrelease", "6.1.0-13-amd64\n");
  machine.write("/proc/loadavg", "0.50 1.25 2.00 3/456 7890\n");
  const MachineIdentity first = machine.identity();
  CHECK(first.fingerprint.size() == 64);
  CHECK(first.facts[0] == "cpu_model Some CPU");
  CHECK(std::ranges::count(first.facts, "memory_bytes 16 GiB") == 1);
  CHECK(std::ranges::count(first.facts, "kernel 6.1") == 1);
  CHECK(std::ranges::count(first.facts, "governor unknown") == 1);

  // Another boot: load, the kernel's patch, what it keeps of the memory.
  machine.write("/proc/loadavg", "9.50 1.25 2.00 3/456 7890\n");
  machine.write("/proc/sys/kernel/osrelease", "6.1.0-99-amd64\n");
  machine.write("/proc/meminfo", "MemTotal:       16310000 kB\n");
  CHECK(machine.identity().fingerprint == first.fingerprint);

  const std::pair<const char*, const char*> changes[] = {
      {"/proc/cpuinfo", "model name\t: Other CPU\nflags\t\t: fpu\n"},
      {"/sys/devices/system/cpu/online", "0-7\n"},
      {"/proc/meminfo", "MemTotal:       32300000 kB\n"},
      {"/proc/sys/kernel/osrelease", "6.12.0-1-amd64\n"},
      {"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n"}};
  std::vector<std::string> seen{first.fingerprint};
  for (const auto& [file, text] : changes) {
    INFO(file);
    machine.write(file, text);
    const std::string now = machine.identity().fingerprint;
    CHECK(std::ranges::count(seen, now) == 0);
    seen.push_back(now);
  }
}

TEST_CASE("a host's id is made of the machine's, and does not tell it") {
  FakeMachine machine;
  CHECK(machine.identity().host_id.empty());
  CHECK(machine.identity().note.find("machine-id") != std::string::npos);
  machine.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  // What sd_id128_get_machine_app_specific makes of it.
  CHECK(machine.identity().host_id == "9081ef67049a4aa695697d993464f5cd");
  CHECK(machine.identity().note.empty());
  for (const char* none : {"", "uninitialized\n", "00000000000000000000000000000000\n", "0123\n",
                           "0123456789abcdef0123456789abcdeg\n"}) {
    INFO(none);
    machine.write("/etc/machine-id", none);
    CHECK(machine.identity().host_id.empty());
    CHECK_FALSE(machine.identity().note.empty());
  }
}
