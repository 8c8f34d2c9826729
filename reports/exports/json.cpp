#include "base/json.h"

#include <cmath>

#include "reports/exports/export.h"

// docs/report-schema.json describes what stands here.
namespace winnow::reports {

using base::Json;

namespace {

constexpr int kSchema = 1;

Json known(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

std::string name_of(Unit unit, const std::string& items) {
  switch (unit) {
    case Unit::kSeconds:
      return "seconds";
    case Unit::kIterationSeconds:
      return "seconds/iteration";
    case Unit::kMilliseconds:
      return "milliseconds";
    case Unit::kThroughput:
      return items + "/second";
    case Unit::kMegabytes:
      return "megabytes";
    case Unit::kCount:
      return "count";
    case Unit::kCores:
      return "cores";
    case Unit::kMillisecondsPerGmac:
      return "milliseconds/GMAC";
    case Unit::kFigure:
      return "metric " + items;
    case Unit::kNanoseconds:
      return "nanoseconds";
    case Unit::kPercent:
      return "percent";
  }
  return "";
}

const char* name_of(Evidence evidence) {
  switch (evidence) {
    case Evidence::kNone:
      return "none";
    case Evidence::kProven:
      return "proven";
    case Evidence::kNoise:
      return "noise";
    case Evidence::kUnproven:
      return "unproven";
    case Evidence::kVoid:
      return "void";
  }
  return "";
}

const char* name_of(Verdict::Outcome outcome) {
  switch (outcome) {
    case Verdict::kWinner:
      return "winner";
    case Verdict::kTie:
      return "tie";
    case Verdict::kNoClearWinner:
      return "no clear winner";
    case Verdict::kUnproven:
      return "unproven";
    case Verdict::kVoid:
      return "void";
    case Verdict::kUnavailable:
      return "unavailable";
  }
  return "";
}

const char* name_of(Confidence confidence) {
  return confidence == Confidence::kClear ? "clear" : "probable";
}

const char* name_of(Doubt::Kind kind) {
  switch (kind) {
    case Doubt::kDisturbed:
      return "disturbed";
    case Doubt::kNotDetectable:
      return "not detectable";
    case Doubt::kTimeOfOthers:
      return "time of others";
  }
  return "";
}

const char* name_of(Role role) {
  switch (role) {
    case Role::kItem:
      return "item";
    case Role::kRest:
      return "rest";
    case Role::kSubtotal:
      return "subtotal";
    case Role::kUnsampled:
      return "unsampled";
    case Role::kOverlap:
      return "overlap";
    case Role::kTotal:
      return "total";
  }
  return "";
}

const char* name_of(SameWork::Status status) {
  return status == SameWork::kSame         ? "same"
         : status == SameWork::kNotChecked ? "not_checked"
         : status == SameWork::kDifferent  ? "different"
         : status == SameWork::kInvalid    ? "invalid"
                                           : "unproven";
}

Json figure(const Figure& figure) {
  Json json = {{"value", figure.below ? Json(nullptr) : known(figure.value)}};
  if (figure.below) json["below"] = *figure.below;
  if (figure.share) json["share"] = *figure.share;
  if (!figure.text.empty()) json["text"] = figure.text;
  if (figure.estimate) json["estimate"] = true;
  return json;
}

Json row(const Row& row) {
  Json figures = Json::array(), evidence = Json::array();
  for (const Figure& each : row.figures) figures.push_back(figure(each));
  for (const Evidence each : row.evidence) evidence.push_back(name_of(each));
  Json json = {{"name", row.name},          {"unit", name_of(row.unit, row.items)},
               {"role", name_of(row.role)}, {"symbol", row.symbol},
               {"figures", figures},        {"evidence", evidence},
               {"remarks", row.remarks}};
  if (!row.ratios.empty()) json["ratios"] = row.ratios;
  return json;
}

Json table(const char* id, const Table& table) {
  Json rows = Json::array();
  for (const Row& each : table.rows) rows.push_back(row(each));
  return {{"id", id},
          {"heading", table.heading},
          {"rows", rows},
          {"notes", table.notes},
          {"unavailable", table.unavailable},
          {"insights", table.insights}};
}

// Those that the report has.
Json tables(const Report& report) {
  Json all = Json::array();
  for (const auto& [id, each] : {std::pair("performance", &report.performance),
                                 {"pattern", &report.pattern},
                                 {"metrics", &report.metrics},
                                 {"servers", &report.servers},
                                 {"server_functions", &report.server_functions},
                                 {"scheduler", &report.scheduler},
                                 {"compute", &report.compute},
                                 {"kernels", &report.kernels},
                                 {"cpu_total", &report.cpu_total},
                                 {"cumulative", &report.cumulative},
                                 {"wall", &report.wall},
                                 {"memory", &report.memory},
                                 {"scheduler_metrics", &report.threads.metrics},
                                 {"processes", &report.processes},
                                 {"counts", &report.counts},
                                 {"dispatch", &report.dispatch},
                                 {"ledger", &report.ledger_table}})
    if (!each->heading.empty()) all.push_back(table(id, *each));
  return all;
}

Json pairs(const Pairs& pairs) {
  return {{"pairs", pairs.count()},         {"faster", pairs.faster},
          {"slower", pairs.slower},         {"ties", pairs.ties},
          {"ratio", known(pairs.ratio)},    {"low", known(pairs.low)},
          {"high", known(pairs.high)},      {"p", pairs.p},
          {"adjusted_p", pairs.adjusted_p}, {"evidence", name_of(pairs.evidence)}};
}

std::optional<double> inverse(const std::optional<double>& value) {
  return value && *value > 0 ? std::optional(1 / *value) : std::nullopt;
}

Json accompanying(const std::vector<Accompanying>& all) {
  Json json = Json::array();
  for (const Accompanying& each : all)
    json.push_back({{"figure", each.figure},
                    {"unit", each.unit},
                    {"value", each.value},
                    {"usual", each.usual}});
  return json;
}

Json mode(const Mode& mode) {
  return {{"blocks", mode.blocks}, {"share", mode.share}, {"median_s", mode.median_s}};
}

Json pattern(const Pattern& pattern) {
  Json outliers = Json::array();
  for (const OutlierBlock& each : pattern.outliers)
    outliers.push_back({{"block", each.block},
                        {"order", each.order},
                        {"seconds", each.seconds},
                        {"usual_s", each.usual_s},
                        {"score", std::isfinite(each.score) ? Json(each.score) : Json()},
                        {"disturbed", each.disturbed},
                        {"others_disturbed", each.others_disturbed},
                        {"differs", accompanying(each.differs)}});
  Json modes;
  if (pattern.modes)
    modes = {{"fast", mode(pattern.modes->fast)},
             {"slow", mode(pattern.modes->slow)},
             {"separated_by", accompanying(pattern.modes->separated_by)}};
  return {{"judged", pattern.judged()},
          {"identical", pattern.identical},
          {"outliers", outliers},
          {"modes", modes}};
}

Json variants(const Export& source) {
  const Report& report = source.report;
  Json all = Json::array();
  for (size_t variant = 0; variant < report.variants.size(); ++variant) {
    const Timing& timing = report.timings[variant];
    Json each = {
        {"name", source.recording().variants[variant].name},
        {"label", report.variants[variant]},
        {"blocks", timing.blocks},
        {"iterations", timing.iterations},
        {"mean_iteration_s", known(timing.iteration_s)},
        {"median_iteration_s", known(timing.median_s)},
        {"cpu_s", known(timing.cpu_s)},
        {"cores_busy", known(timing.cores_busy)},
        {"pattern", pattern(report.patterns[variant])},
        {"wall_against_baseline", variant == 0 ? Json() : pairs(report.pairs[variant])},
        {"cpu_against_baseline", variant == 0 ? Json() : pairs(report.cpu_pairs[variant])}};
    if (const auto& work = source.recording().workload.work)
      each["work"] = {{"unit", work->unit},
                      {"per_iteration", work->amount},
                      {"per_second", known(timing.items_per_s)},
                      {"per_second_low", known(timing.items_per_s_low)},
                      {"per_second_high", known(timing.items_per_s_high)},
                      {"seconds_per_unit", known(inverse(timing.items_per_s))},
                      {"seconds_per_unit_low", known(inverse(timing.items_per_s_high))},
                      {"seconds_per_unit_high", known(inverse(timing.items_per_s_low))}};
    all.push_back(std::move(each));
  }
  return all;
}

Json threads(const ThreadAnalysis& analysis) {
  Json creations = Json::array(), threads = Json::array();
  for (const Creations& each : analysis.creations)
    creations.push_back({{"variant", each.variant},
                         {"per_iteration", figure(each.per_iteration)},
                         {"total", figure(each.total)},
                         {"formula_per_iteration", figure(each.formula_per_iteration)}});
  for (const ThreadRow& each : analysis.threads)
    threads.push_back({{"variant", each.variant},
                       {"thread", each.thread},
                       {"count", each.count},
                       {"wall_s", figure(each.wall)},
                       {"cpu_s", figure(each.cpu)},
                       {"run_queue_s", figure(each.run_queue)},
                       {"voluntary_switches", figure(each.voluntary_switches)},
                       {"involuntary_switches", figure(each.involuntary_switches)},
                       {"computing_s", figure(each.computing)},
                       {"searching_s", figure(each.searching)},
                       {"waiting_s", figure(each.waiting)},
                       {"signalling_s", figure(each.signalling)}});
  return {{"creations", creations}, {"threads", threads}};
}

// null: CPU times were not recorded in the time pass.
Json cpu_pairs(const Lead& lead) { return lead.cpu.ratio ? pairs(lead.cpu) : Json(); }

Json adjusted_ratio(const Lead& lead) {
  return lead.adjusted ? Json(lead.adjusted->ratio()) : Json();
}

Json verdict(const Export& source) {
  const Verdict& verdict = source.report.verdict;
  const bool won = verdict.outcome == Verdict::kWinner, decided = verdict.decided();
  const auto& all = source.recording().variants;
  Json doubts = Json::array();
  for (const Doubt& doubt : verdict.doubts.all)
    doubts.push_back({{"kind", name_of(doubt.kind)}, {"sentence", doubt.sentence}});
  Json best = Json::array(), near = Json::array();
  for (const Lead& lead : verdict.best)
    best.push_back({{"name", all[lead.variant].name},
                    {"against_rival", pairs(lead.pairs)},
                    {"cpu_against_rival", cpu_pairs(lead)},
                    {"adjusted_ratio", adjusted_ratio(lead)}});
  for (const size_t variant : verdict.near) near.push_back(all[variant].name);
  return {{"by", verdict.by.empty() ? "wall time" : verdict.by},
          {"outcome", name_of(verdict.outcome)},
          {"winner", won ? Json(all[verdict.winner].name) : Json()},
          {"best", best},
          {"maybe_as_good", near},
          {"rival", decided ? Json(all[verdict.rival].name) : Json()},
          {"confidence", decided ? Json(name_of(verdict.confidence())) : Json()},
          {"doubts", doubts},
          {"cpu_against_rival", won ? cpu_pairs(verdict.best.front()) : Json()},
          {"adjusted_ratio", won ? adjusted_ratio(verdict.best.front()) : Json()},
          {"title", verdict.title},
          {"sentence", verdict.sentence},
          {"reasons", verdict.bullets},
          {"recommendation", verdict.recommendation}};
}

Json metric_figures(const Export& source, const ComparedMetric& metric) {
  Json all = Json::array();
  for (size_t variant = 0; variant < metric.spreads.size(); ++variant) {
    const MetricSpread& spread = metric.spreads[variant];
    all.push_back({{"name", source.recording().variants[variant].name},
                   {"blocks", spread.blocks.size()},
                   {"iterations", spread.iterations},
                   {"mean", known(spread.mean)},
                   {"median", known(spread.median)},
                   {"median_low", known(spread.low)},
                   {"median_high", known(spread.high)},
                   {"against_baseline", variant == 0 ? Json() : pairs(metric.pairs[variant])}});
  }
  return all;
}

Json metrics(const Export& source) {
  Json all = Json::array();
  for (const ComparedMetric& metric : source.report.compared_metrics) {
    Json each = {{"name", metric.about.name},
                 {"pattern", metric.about.pattern},
                 {"higher_is_better", metric.about.higher_is_better},
                 {"decides", metric.about.decides},
                 {"smallest_detectable_effect", known(metric.effect)},
                 {"smallest_effect_of_a_winner", known(metric.winner_effect)},
                 {"variants", metric_figures(source, metric)}};
    all.push_back(std::move(each));
  }
  return all;
}

Json beside(const Export& source) {
  Json all = Json::array();
  const auto& variants = source.recording().variants;
  for (const SideVerdict& side : source.report.verdict.beside) {
    const bool won = side.outcome == Verdict::kWinner;
    Json best = Json::array();
    for (const size_t variant : side.best) best.push_back(variants[variant].name);
    all.push_back({{"by", side.by},
                   {"outcome", name_of(side.outcome)},
                   {"winner", won ? Json(variants[side.best.front()].name) : Json()},
                   {"best", best},
                   {"confidence", side.best.empty() ? Json() : Json(name_of(side.confidence))},
                   {"sentence", side.sentence}});
  }
  return all;
}

Json ranking(const Export& source) {
  Json all = Json::array();
  for (const Rank& rank : source.report.ranking.ranks) {
    const bool first = &rank == &source.report.ranking.ranks.front();
    all.push_back({{"name", source.recording().variants[rank.variant].name},
                   {"median_iteration_s", known(rank.median_s)},
                   {"first_place", rank.places.first},
                   {"last_place", rank.places.last},
                   {"against_fastest", first ? Json() : pairs(rank.against_fastest)}});
  }
  return all;
}

}  // namespace

std::string export_json(const Export& source) {
  const Report& report = source.report;
  Json facts = Json::object();
  for (const Fact& fact : report.facts) facts[fact.name] = fact.value;
  Json conditions = Json::array();
  for (const MachineCondition& each : report.conditions)
    conditions.push_back({{"name", each.name},
                          {"value", each.value},
                          {"effect", each.effect},
                          {"advice", each.advice}});
  Json json = {{"schema", kSchema},
               {"winnow_version", source.recording().winnow_version},
               {"created", source.recording().created},
               {"commit", source.recording().commit},
               {"status", word(source.recording().status)},
               {"facts", facts},
               {"conditions", conditions},
               {"same_work",
                {{"status", name_of(report.same_work.status)},
                 {"sentence", report.same_work.sentence},
                 {"differences", report.same_work.differences}}},
               {"variants", variants(source)},
               {"rounds", {{"all", report.rounds.all}, {"disturbed", report.rounds.disturbed}}},
               {"smallest_detectable_effect", known(report.noise.wall_effect)},
               {"smallest_effect_of_a_winner", known(report.noise.winner_effect)},
               {"tables", tables(report)},
               {"thread_analysis", threads(report.threads)},
               {"verdict", verdict(source)},
               {"alarms", report.alarms},
               {"missing", report.missing},
               {"warnings", report.warnings}};
  if (!report.compared_metrics.empty()) json["metrics"] = metrics(source);
  if (!report.ranking.ranks.empty()) json["ranking"] = ranking(source);
  if (!report.verdict.beside.empty()) json["verdicts_beside"] = beside(source);
  return json.text(1) + "\n";
}

}  // namespace winnow::reports
