#pragma once

#include <atomic>
#include <boost/program_options.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/schedulers/scheduler.h"
#include "profiles/run/run.h"

// What the two kinds of `winnow run`, of one workload and of a sweep, have in common.
namespace winnow::cli {

using Values = boost::program_options::variables_map;

boost::program_options::options_description run_options();

// Throws base::UsageError for an option that the other kind of run has.
void refuse_options(const Values& values, const std::vector<std::string>& names,
                    const std::string& why);

// Parts between commas: none empty, none twice.
std::vector<std::string> split(const std::string& option, const std::string& list);

// A whole number from the option's text; `fallback` where the option is not given.
int number(const Values& values, const char* name, int least, int fallback, int most = 1'000'000);
int parse_number(const std::string& option, const std::string& text, int least, int most);

int all_cores();
uint64_t run_seed(const Values& values);

// Programs and libraries lie beside this program when installed, in sibling folders when built.
std::string companion(const char* folder, const std::string& name);

// --out, or out/<name>. Links are followed, so that what is written aside can be moved there.
std::string out_folder(const std::string& name, const Values& values);

// What is wrong with the model, the instruction set or the folder is told before any process
// starts.
void check_inputs(const Values& values, const std::string& out);

// What the table of strategies tells of one. Throws base::UsageError for an unknown name.
profiles::Variant make_variant(const std::string& name, const std::string& label,
                               const std::string& out);

struct WorkloadOptions {
  std::string scenario;  // file
  int batch = 0, threads = 0, warmup = 0;
};
std::vector<std::string> variant_command(const std::string& name, const WorkloadOptions& workload,
                                         const Values& values);

// From now on Ctrl-C and its like end the run in order: the flag becomes true. A second one ends
// the program at once.
const std::atomic<bool>* watch_signals();

// One line on standard error, written over again; empty where that is no terminal.
std::function<void(const profiles::Progress&)> progress_line();

// Of a recording or a sweep with this status.
int exit_status_of(profiles::RunStatus status);

}  // namespace winnow::cli
