#include "engine/schedulers/affinity.h"

#include <fmt/format.h>

#include <cstring>

#include "base/error.h"

#ifdef WINNOW_HWLOC
#include <hwloc.h>

#include <algorithm>
#include <climits>
#include <memory>
#endif

namespace winnow::engine {
#ifdef WINNOW_HWLOC
namespace {

struct TopologyDeleter {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<hwloc_topology, TopologyDeleter>;
struct BitmapDeleter {
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, BitmapDeleter>;

void require(bool done, const char* what) {
  if (!done) throw base::Error("the machine's topology", what);
}

// An empty description is this machine, cut down to what the process may use.
Topology load(const std::string& machine) {
  hwloc_topology_t topology = nullptr;
  require(hwloc_topology_init(&topology) == 0, "hwloc does not start");
  Topology owner(topology);
  if (!machine.empty())
    require(hwloc_topology_set_synthetic(topology, machine.c_str()) == 0,
            "not a description that hwloc knows");
  require(hwloc_topology_load(topology) == 0, "hwloc cannot read it");
  if (machine.empty()) {
    const Bitmap usable(hwloc_bitmap_alloc());
    require(hwloc_get_cpubind(topology, usable.get(), HWLOC_CPUBIND_THREAD) == 0 &&
                hwloc_topology_restrict(topology, usable.get(), 0) == 0,
            "hwloc cannot tell which processing units the process may use");
  }
  return owner;
}

// The first unit of every core, then the second of every core, ...: neighbours side by side.
std::vector<int> compact_units(hwloc_topology_t topology) {
  struct Unit {
    unsigned in_core;
    int number;
  };
  std::vector<Unit> units;
  hwloc_obj_t core = nullptr;
  unsigned in_core = 0;
  for (hwloc_obj_t unit = nullptr;
       (unit = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, unit)) != nullptr;) {
    const hwloc_obj_t its_core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, unit);
    in_core = its_core != nullptr && its_core == core ? in_core + 1 : 0;
    core = its_core;
    units.push_back({in_core, static_cast<int>(unit->os_index)});
  }
  std::stable_sort(units.begin(), units.end(),
                   [](const Unit& a, const Unit& b) { return a.in_core < b.in_core; });
  std::vector<int> numbers;
  for (const Unit& unit : units) numbers.push_back(unit.number);
  return numbers;
}

std::vector<int> spread_units(hwloc_topology_t topology, int threads) {
  const int units = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
  std::vector<hwloc_bitmap_t> sets(static_cast<size_t>(std::max(0, std::min(threads, units))));
  hwloc_obj_t root = hwloc_get_root_obj(topology);
  require(!sets.empty() && hwloc_distrib(topology, &root, 1, sets.data(),
                                         static_cast<unsigned>(sets.size()), INT_MAX, 0) == 0,
          "hwloc cannot spread threads over it");
  std::vector<int> numbers;
  for (const hwloc_bitmap_t set : sets) {
    numbers.push_back(hwloc_bitmap_first(set));
    hwloc_bitmap_free(set);
  }
  return numbers;
}

std::vector<int> units_of(hwloc_topology_t topology, Affinity affinity, int threads) {
  const std::vector<int> units =
      affinity == Affinity::compact ? compact_units(topology) : spread_units(topology, threads);
  require(!units.empty(), "it has no processing units");
  std::vector<int> numbers;
  for (size_t i = 0; i < static_cast<size_t>(threads); ++i)
    numbers.push_back(units[i % units.size()]);
  return numbers;
}

}  // namespace

std::vector<int> processing_units(Affinity affinity, int threads) {
  return processing_units_of("", affinity, threads);
}

std::vector<int> processing_units_of(const std::string& machine, Affinity affinity, int threads) {
  if (affinity == Affinity::none) return {};
  return units_of(load(machine).get(), affinity, threads);
}
#else
std::vector<int> processing_units(Affinity affinity, int) {
  if (affinity == Affinity::none) return {};
  throw base::UsageError("affinity", "this build is without hwloc: only none is possible");
}

std::vector<int> processing_units_of(const std::string&, Affinity affinity, int threads) {
  return processing_units(affinity, threads);
}
#endif

void bind_thread(pthread_t thread, int unit) {
  cpu_set_t units;
  CPU_ZERO(&units);
  int status = EINVAL;
  if (unit >= 0 && unit < CPU_SETSIZE) {
    CPU_SET(static_cast<size_t>(unit), &units);
    status = pthread_setaffinity_np(thread, sizeof units, &units);
  }
  if (status != 0)
    throw base::Error(fmt::format("cannot bind a thread to cpu {}", unit), std::strerror(status));
}

SavedBinding::SavedBinding()
    : thread_(pthread_self()),
      known_(pthread_getaffinity_np(thread_, sizeof units_, &units_) == 0) {}

SavedBinding::~SavedBinding() {
  if (known_) pthread_setaffinity_np(thread_, sizeof units_, &units_);
}

}  // namespace winnow::engine
