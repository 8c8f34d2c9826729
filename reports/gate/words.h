#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reports/gate/gate.h"

// A gate's figures in words, for every renderer.
namespace winnow::reports {

std::string figure_text(double value);          // "1,234", "0.25"
std::string baseline_text(const GateRow& row);  // "3 a text"; "-": there is none
std::string candidate_text(const GateRow& row);
std::string change_text(const GateRow& row);  // "+1", "+7.9% (+5.2% to +10.4%, 10 pairs)", "~"
// Why, and of an inconclusive gate what would decide it.
std::string whole_sentence(const GateReport& report);
// "pool: allocations rose from 3 to 4 a text (allowed: no rise)"
std::string row_sentence(const GateRow& row);
bool is_time(const GateRow& row);            // wall or CPU time
bool is_of_allocations(const GateRow& row);  // their number or bytes
// "+1 allocation, +24 bytes a text"
std::string rise_text(const GateSite& site);
// "pool: +1 allocation, +24 bytes a text in encode (engine/tokenizer.cpp:88)"
std::string site_sentence(const GateSite& site);
std::string rise_text(const GateKernel& kernel);  // "+88.5 ms an iteration"
// "+10.0%"; "new": there was no sample of it
std::string ratio_text(const GateKernel& kernel);
std::string limits_text(const GateKernel& kernel);  // "+15.1% to +25.2%"; of one that is not new
// " (engine/forward.cpp:120)", behind a function's name; empty: not known
std::string place_text(const std::string& file, int line);
// "pool: +88.5 ms an iteration in forward (engine/forward.cpp:120): 12 ms/iteration against 10
// (+20.0%, 95%: +15.1% to +25.2%)"
std::string kernel_sentence(const GateKernel& kernel);
// The dearest of the variants' causes; null: no rise is proven.
const GateKernel* cause_of(const GateReport& report);

// "pool of head, time pass: exit status 3. Its last lines:", and the lines under it.
std::string failure_text(const GateFailure& failure);

// Source, commit and its subject, as far as they are known; empty: nothing is.
std::string side_text(const GateSide& side);
// "Intel(R) Xeon(R), 4 cores"; of two machines both.
std::string machine_text(const GateReport& report);
// "3 of 10 rounds"; empty: no times were measured.
std::string disturbed_text(const GateDisturbance& disturbance);
// Why times deserve less belief: what disturbed the run, and a difference between equal programs.
std::vector<std::string> warnings_of(const GateReport& report);
// What a reader has to know of the run, named, in order: base, head, what was measured, machine,
// disturbed. Those that are not known are left out.
std::vector<std::pair<std::string, std::string>> facts_of(const GateReport& report);

// The first few, and how many more there are.
std::string joined(const std::vector<std::string>& parts);

}  // namespace winnow::reports
