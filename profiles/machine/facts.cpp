#include "profiles/machine/facts.h"

#include "profiles/machine/judgement.h"
#include "profiles/machine/readings.h"

namespace winnow::profiles {
namespace {

using judgements::Judgement;
using readings::Machine;

struct FactRow {
  const char* name;
  Answer (*read)(const Machine&);
  // Empty: it says which machine it is, and any value is as good as another.
  Judgement (*judge)(const std::string& value);
};
constexpr FactRow kFacts[] = {
    {"cpu_model", readings::cpu_model, nullptr},
    {"cores", readings::cores, judgements::cores},
    {"threads_per_core", readings::threads_per_core, nullptr},
    {"smt", readings::smt, judgements::smt},
    {"numa_nodes", readings::numa_nodes, judgements::numa_nodes},
    {"memory_bytes", readings::memory_bytes, nullptr},
    {"kernel", readings::kernel, nullptr},
    {"os", readings::os, nullptr},
    {"hypervisor", readings::hypervisor, judgements::hypervisor},
    {"governor", readings::governor, judgements::governor},
    {"turbo", readings::turbo, judgements::turbo},
    {"transparent_huge_pages", readings::transparent_huge_pages,
     judgements::transparent_huge_pages},
    {"aslr", readings::aslr, judgements::aslr},
    {"clock_source", readings::clock_source, judgements::clock_source},
    {"cpu_quota", readings::cpu_quota, judgements::cpu_quota},
    {"throttled_seconds", readings::throttled_seconds, judgements::throttled_seconds},
    {"steal_percent", readings::steal_percent, judgements::steal_percent},
    {"load_average", readings::load_average, judgements::load_average},
    {"cpu_pressure_percent", readings::cpu_pressure, judgements::cpu_pressure},
    {"environment", readings::environment, judgements::environment},
    {"perf_events", readings::perf_events, judgements::perf_events},
};

void judge(const FactRow& row, MachineFact& fact) {
  fact.state = FactState::unknown;
  if (fact.value.empty()) return;
  const Judgement judgement = row.judge ? row.judge(fact.value) : "";
  if (!judgement) {
    fact.note = "no rule for this value" + (fact.note.empty() ? "" : "; " + fact.note);
    return;
  }
  fact.state = judgement->empty() ? FactState::ok : FactState::warn;
  fact.advice = *judgement;
}

}  // namespace

std::vector<MachineFact> machine_facts(const std::string& root, int cycles_error) {
  const Machine machine(root, cycles_error);
  std::vector<MachineFact> facts;
  for (const FactRow& row : kFacts) {
    Answer answer = row.read(machine);
    MachineFact& fact =
        facts.emplace_back(MachineFact{row.name, std::move(answer.value), std::move(answer.note)});
    judge(row, fact);
  }
  return facts;
}

std::vector<MachineFact> machine_facts() { return machine_facts("", readings::probe_cycles()); }

}  // namespace winnow::profiles
