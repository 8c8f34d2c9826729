#include "reports/gate/json.h"

#include <sstream>

#include "base/json.h"
#include "reports/gate/accept.h"

namespace winnow::reports {

namespace {

using base::Json;

Json side_json(const GateSide& side) {
  return {{"source", side.source},          {"created", side.created}, {"commit", side.commit},
          {"subject", side.subject},        {"version", side.version}, {"machine", side.machine},
          {"fingerprint", side.fingerprint}};
}

// A figure that is not there is null.
Json figure_json(const std::optional<double>& value, const std::string& text = "") {
  if (!text.empty()) return text;
  return value ? Json(*value) : Json(nullptr);
}

Json row_json(const GateRow& row) {
  Json json{{"variant", row.variant},
            {"metric", row.metric},
            {"unit", row.unit},
            {"tier", row.exact ? "exact" : "statistical"},
            {"status", status_name(row.status)},
            {"baseline", figure_json(row.baseline, row.baseline_text)},
            {"candidate", figure_json(row.candidate, row.candidate_text)}};
  if (!row.exact) {
    json["ratio"] = figure_json(row.ratio);
    json["low"] = figure_json(row.low);
    json["high"] = figure_json(row.high);
    json["confidence"] = figure_json(row.confidence);
    json["pairs"] = row.pairs;
  }
  json["limit"] = row.limit;
  json["note"] = row.note;
  return json;
}

Json kernel_json(const GateKernel& kernel) {
  const auto known = [&](double ratio) { return kernel.is_new() ? Json(nullptr) : Json(ratio); };
  return {{"variant", kernel.variant},
          {"function", kernel.function},
          {"file", kernel.file},
          {"line", kernel.line},
          {"category", kernel.category},
          {"unit", kernel.unit},
          {"baseline", kernel.baseline},
          {"candidate", kernel.candidate},
          {"new", kernel.is_new()},
          {"ratio", known(kernel.ratio)},
          {"low", known(kernel.low)},
          {"high", known(kernel.high)},
          {"rise_ms_per_iteration", kernel.rise_ms},
          {"risen", kernel.risen()},
          {"cause", kernel.cause}};
}

Json site_json(const GateSite& site) {
  return {{"variant", site.variant},  {"function", site.function},
          {"file", site.file},        {"line", site.line},
          {"each", site.each},        {"rise_allocations", site.allocations},
          {"rise_bytes", site.bytes}, {"new", site.is_new}};
}

Json failure_json(const GateFailure& failure) {
  Json lines = Json::array();
  std::istringstream said(failure.said);
  for (std::string line; std::getline(said, line);) lines.push_back(line);
  return {{"program", failure.program}, {"why", failure.why}, {"last_lines", lines}};
}

}  // namespace

std::string gate_json(const GateReport& report) {
  Json json{{"schema", "winnow-verdict/1"},
            {"verdict", outcome_name(report.outcome)},
            {"exit_status", report.exit_status.value_or(exit_status_of(report.outcome))},
            {"sentence", report.sentence},
            {"would_decide", report.would_decide},
            {"mode", report.mode},
            {"baseline", side_json(report.baseline)},
            {"candidate", side_json(report.candidate)},
            {"workload", report.workload},
            {"command", report.command},
            {"disturbance",
             {{"rounds", report.disturbance.rounds.all},
              {"disturbed", report.disturbance.rounds.disturbed},
              {"warnings", report.disturbance.warnings}}},
            {"accepting_rules", accepting_rules(report)},
            {"rows", Json::array()},
            {"kernels", Json::array()},
            {"sites", Json::array()},
            {"failures", Json::array()},
            {"alarm", report.alarm},
            {"smallest_detectable_effect", report.noise},
            {"notes", report.notes}};
  for (const GateRow& row : report.rows) json["rows"].push_back(row_json(row));
  for (const GateKernel& kernel : report.kernels) json["kernels"].push_back(kernel_json(kernel));
  for (const GateSite& site : report.sites) json["sites"].push_back(site_json(site));
  for (const GateFailure& failure : report.failures)
    json["failures"].push_back(failure_json(failure));
  return json.text(2) + "\n";
}

}  // namespace winnow::reports
