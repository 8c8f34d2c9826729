#include "cli/gate/rules_file.h"

#include <fmt/format.h>

#include "base/toml.h"
#include "scenarios/table_reader.h"

namespace winnow::cli {

namespace {

constexpr double kMostPercent = reports::kMostAllowedPercent, kMostRise = 1e15;

reports::GateRule read_rule(const std::string& path, scenarios::TableReader& table) {
  reports::GateRule rule;
  rule.where = fmt::format("{}: line {}", path, table.line());
  rule.metric = table.string("metric");
  rule.variant = table.string("variant", "*");
  const auto number = [&](const char* key, double most, std::optional<double>& value) {
    if (table.has(key)) value = table.number(key, 0, most);
  };
  number("rise", kMostRise, rule.rise);
  number("rise_percent", kMostPercent, rule.rise_percent);
  number("allowance_percent", kMostPercent, rule.allowance_percent);
  number("tolerance_percent", kMostPercent, rule.tolerance_percent);
  const auto flag = [&](const char* key, std::optional<bool>& value) {
    if (table.has(key)) value = table.boolean(key);
  };
  flag("check", rule.check);
  flag("varies", rule.varies);
  flag("may_change", rule.may_change);
  flag("must_decide", rule.must_decide);
  if (table.has("range")) {
    const std::vector<double> range = table.numbers("range", 0, kMostRise);
    if (range.size() != 2 || range[0] > range[1]) table.fail("range", "expected [lowest, highest]");
    rule.range = {range[0], range[1]};
  }
  if (rule.allowance_percent && rule.tolerance_percent &&
      *rule.allowance_percent >= *rule.tolerance_percent)
    table.fail("tolerance_percent", "must be more than allowance_percent");
  table.check_all_known();
  return rule;
}

}  // namespace

std::vector<reports::GateRule> read_gate_rules(const std::string& path) {
  const base::TomlNode file = base::parse_toml_file(path);
  scenarios::TableReader reader(path, file);
  std::vector<reports::GateRule> rules;
  for (scenarios::TableReader& table : reader.tables("rules"))
    rules.push_back(read_rule(path, table));
  reader.check_all_known();
  return rules;
}

}  // namespace winnow::cli
