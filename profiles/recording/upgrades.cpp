#include "profiles/recording/upgrades.h"

#include "profiles/recording/recording.h"
#include "profiles/recording/sweep.h"

namespace winnow::profiles {

namespace {

void rename(Json& object, const char* from, const char* to) {
  if (object.contains(to)) return;
  for (auto& [key, value] : object.members())
    if (key == from) key = to;
}

void upgrade_variants(Json& document) {
  Json* variants = document.find("variants");
  if (!variants || !variants->is_array()) return;
  for (Json& variant : variants->elements()) name_thread_terms(variant);
}

void name_parts(Json& workload) {
  if (!workload.is_object() || !workload.contains("tokens_per_iteration")) return;
  rename(workload, "tokens_per_iteration", "parts_per_iteration");
  if (!workload.contains("parts")) workload["parts"] = "tokens";
}

// Items and what they consist of have names of their own, and a variant's threads by design are
// terms.
void upgrade_recording_to_2_0(Json& document) {
  if (Json* workload = document.find("workload")) {
    name_items(*workload);
    name_parts(*workload);
  }
  upgrade_variants(document);
}

void upgrade_sweep_to_2_0(Json& document) { upgrade_variants(document); }

// In the order of their versions. A field that was only added takes no step: older documents are
// without it.
constexpr Upgrade kRecordingUpgrades[] = {{{2, 0}, upgrade_recording_to_2_0}};
constexpr Upgrade kSweepUpgrades[] = {{{2, 0}, upgrade_sweep_to_2_0}};

}  // namespace

void name_items(Json& object) {
  if (!object.is_object()) return;
  if (object.contains("texts_per_iteration") && !object.contains("item")) object["item"] = "text";
  rename(object, "texts_per_iteration", "items_per_iteration");
  rename(object, "texts_hash", "items_hash");
}

void name_thread_terms(Json& object) {
  const Json* formula = object.find("thread_formula");
  if (!formula || object.contains("thread_terms")) return;
  const Json* per_matmul = formula->find("threads_per_matmul");
  const Json* matmuls = formula->find("matmuls_per_text");
  const Json* persistent = formula->find("persistent_threads");
  const Json* per_batch = formula->find("threads_per_batch");
  Json terms = Json::array();
  // What is no number is left for the reader to refuse.
  const auto add = [&](const Json& threads, Json term) {
    if (threads == Json(0)) return;
    term["threads"] = threads;
    for (const char* flag : {"per_item", "once"})
      if (!term.contains(flag)) term[flag] = false;
    if (!term.contains("times")) term["times"] = 1;
    terms.push_back(std::move(term));
  };
  // A part of it would claim another number of threads.
  const bool whole = per_matmul && matmuls && persistent;
  if (whole) {
    add(*per_matmul,
        {{"name", "threads"}, {"for_each", "matmuls"}, {"times", *matmuls}, {"per_item", true}});
    if (per_batch) add(*per_batch, {{"name", "threads a batch"}});
    add(*persistent, {{"name", "persistent threads"}, {"once", true}});
  }
  const bool refused = !formula->is_object();
  if (refused) terms = *formula;
  object.erase("thread_formula");
  if (whole || refused) object["thread_terms"] = std::move(terms);
}

const Kind& recording_kind() {
  static const Kind kind{"recording", {kRecordingSchema, kRecordingMinor}, kRecordingUpgrades};
  return kind;
}

const Kind& sweep_kind() {
  static const Kind kind{"sweep", {kSweepSchema, kSweepMinor}, kSweepUpgrades};
  return kind;
}

}  // namespace winnow::profiles
