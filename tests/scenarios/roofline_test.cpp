#include "scenarios/roofline.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "kernels/peak.h"
#include "scenarios/machine_memory.h"
#include "tests/catch.h"
#include "tests/scratch.h"

using namespace winnow;
using namespace winnow::scenarios;
namespace fs = std::filesystem;

namespace {

constexpr size_t kMega = size_t{1} << 20;

// A folder that stands for the root of a machine.
struct Root : Scratch {
  void write(const std::string& name, const std::string& text) const {
    const fs::path file = *this / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  void cache(int cpu, int index, const std::string& level, const std::string& size,
             const std::string& shared) const {
    const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index" +
                               std::to_string(index) + "/";
    write(folder + "level", level + "\n");
    write(folder + "size", size + "\n");
    write(folder + "type", "Unified\n");
    write(folder + "shared_cpu_list", shared + "\n");
  }
};

}  // namespace

TEST_CASE("each last-level cache counts once, however many processors share it") {
  const Root root;
  CHECK_FALSE(last_level_cache_bytes(root.path()));
  for (int cpu = 0; cpu < 4; ++cpu) {
    root.cache(cpu, 2, "2", "1024K", std::to_string(cpu));
    root.cache(cpu, 3, "3", "32768K", cpu < 2 ? "0-1" : "2-3");
  }
  root.cache(0, 4, "many", "1K", "0");
  root.cache(1, 4, "4", "", "1");
  CHECK(last_level_cache_bytes(root.path()) == 64 * kMega);
}

TEST_CASE("free memory is what the machine and the control group leave") {
  const Root root;
  CHECK_FALSE(free_memory_bytes(root.path()));
  root.write("proc/meminfo", "MemTotal: 9 kB\nMemAvailable:   2048 kB\n");
  CHECK(free_memory_bytes(root.path()) == 2 * kMega);
  root.write("sys/fs/cgroup/memory.current", "100\n");
  root.write("sys/fs/cgroup/memory.max", "max\n");
  CHECK(free_memory_bytes(root.path()) == 2 * kMega);
  root.write("sys/fs/cgroup/memory.max", "1000\n");
  CHECK(free_memory_bytes(root.path()) == 900);
  root.write("sys/fs/cgroup/memory.max", "50\n");
  CHECK(free_memory_bytes(root.path()) == 0);
  root.write("sys/fs/cgroup/memory.max", "-1\n");
  root.write("proc/meminfo", "MemAvailable: lots\n");
  CHECK_FALSE(free_memory_bytes(root.path()));
}

TEST_CASE("the buffer is much larger than the caches, and a quarter of free memory at most") {
  CHECK(roofline_plan(4, 32 * kMega, 20000 * kMega).buffer_bytes == 256 * kMega);
  CHECK(roofline_plan(4, 300 * kMega, 20000 * kMega).buffer_bytes == 1200 * kMega);
  CHECK(roofline_plan(4, 32 * kMega, 400 * kMega).buffer_bytes == 100 * kMega);
  CHECK(roofline_plan(4, {}, 20000 * kMega).buffer_bytes == 256 * kMega);
  const RooflinePlan little = roofline_plan(4, 32 * kMega, 200 * kMega);
  CHECK(little.buffer_bytes == 0);
  CHECK(little.buffer_note.find("not measured") != std::string::npos);
  CHECK(roofline_plan(4, {}, 0).buffer_bytes == 0);
  CHECK(roofline_plan(4, 32 * kMega, {}).buffer_bytes == 0);
}

TEST_CASE("a roofline has every instruction set of the machine, and reasons for what it lacks") {
  RooflinePlan plan;
  plan.cores = 3;
  plan.repetitions = 2;
  plan.repetition_s = 0.001;
  plan.buffer_bytes = 3 * kMega;
  plan.buffer_note = "memory reads over 3 MB";
  const Roofline roofline = measure_roofline(plan);
  CHECK(roofline.cores == 3);
  size_t available = 0;
  for (const auto& row : kernels::peak_rows()) available += row.available;
  REQUIRE(roofline.rows.size() == available);
  CHECK(roofline.rows.front().isa == "scalar");
  for (const RooflineRow& row : roofline.rows) {
    INFO(row.isa);
    CHECK((row.one_core_gmacs > 0 && std::isfinite(row.one_core_gmacs)));
    CHECK((row.all_cores_gmacs > 0 && std::isfinite(row.all_cores_gmacs)));
  }
  CHECK(roofline.one_core_read_gbs.value() > 0);
  CHECK(roofline.all_cores_read_gbs.value() > 0);

  plan.buffer_bytes = 0;
  plan.buffer_note = "memory reads not measured: why";
  const Roofline without = measure_roofline(plan);
  CHECK_FALSE(without.one_core_read_gbs);
  CHECK_FALSE(without.all_cores_read_gbs);
  CHECK(without.method.find("memory reads not measured: why") != std::string::npos);

  plan.buffer_bytes = size_t{1} << 62;
  CHECK_FALSE(measure_roofline(plan).one_core_read_gbs);
}
