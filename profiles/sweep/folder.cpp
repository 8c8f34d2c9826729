#include "profiles/sweep/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "profiles/machine/facts.h"
#include "profiles/process/plan_check.h"
#include "profiles/process/program_file.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".winnow-sweep";
constexpr std::array kSameMachine = {"cpu_model", "cores", "kernel", "cpu_quota"};

std::string shown(const std::string& text) { return text.empty() ? "none" : base::printable(text); }

// What differs, "kernel 6.1 instead of 6.2"; empty: nothing.
std::string difference(const std::string& noun, const std::string& theirs,
                       const std::string& ours) {
  if (theirs == ours) return "";
  return fmt::format("{} {} instead of {}", noun, shown(theirs), shown(ours));
}

std::string model_difference(const Model& theirs, const Model& ours) {
  const std::string file = difference("model", theirs.file, ours.file);
  if (!file.empty()) return file;
  if (theirs.size_bytes == ours.size_bytes) return "";
  return fmt::format("a file {} of another size", base::printable(ours.file));
}

std::string machine_difference(const std::vector<MachineFact>& theirs) {
  const std::vector<MachineFact> ours = machine_facts();
  for (const char* name : kSameMachine) {
    const std::string found = difference(name, fact_value(theirs, name), fact_value(ours, name));
    if (!found.empty()) return found;
  }
  return "";
}

std::string files_difference(const std::string& folder, const SweepPlan& plan) {
  for (const auto& [name, content] : plan.files) {
    const std::string file = folder + "/" + name;
    if (fs::exists(file) && base::read_file(file) != content) return "another content of " + name;
  }
  return "";
}

std::string block_difference(const SweepBlock& block, const SweepPlan& plan) {
  if (!block.ok()) return "";
  const int found = static_cast<int>(block.iteration_wall_ns.size());
  if (plan.iterations_per_block > 0 && found != plan.iterations_per_block)
    return fmt::format("iterations: {} instead of {}", found, plan.iterations_per_block);
  if (plan.isa.empty() || block.isa.empty()) return "";
  return difference("instruction set", block.isa, plan.isa);
}

std::string blocks_difference(const Sweep& sweep, const SweepPlan& plan) {
  for (const SweepCell& cell : sweep.cells)
    for (const SweepBlock& block : cell.blocks)
      if (const std::string found = block_difference(block, plan); !found.empty()) return found;
  return "";
}

// Of programs that no hook builds.
std::string programs_difference(const Sweep& sweep, const SweepPlan& plan) {
  for (const Variant& variant : sweep.variants) {
    if (!plan.program || !variant.program_file || !variant.program_file->sha256) continue;
    const auto planned = std::ranges::find(plan.variants, variant.name, &Variant::name);
    if (planned == plan.variants.end() || plan.conditions.empty()) continue;
    const Program program = plan.program(*planned, plan.conditions.front());
    if (!program.setup.empty() || !program.prepare.empty() || !program.conclude.empty()) continue;
    const ProgramFile now = program_file(variant.program_file->path);
    if (now.sha256 && now.sha256 != variant.program_file->sha256)
      return "another program " + base::printable(now.path);
  }
  return "";
}

std::string why_another(const std::string& folder, const Sweep& sweep, const SweepPlan& plan) {
  for (const std::string& found :
       {difference("scenario", sweep.name, plan.name),
        difference("version", sweep.winnow_version, plan.winnow_version),
        difference("commit", sweep.commit, plan.commit),
        sweep.model && plan.model ? model_difference(*sweep.model, *plan.model) : "",
        machine_difference(sweep.machine), files_difference(folder, plan),
        programs_difference(sweep, plan), blocks_difference(sweep, plan)})
    if (!found.empty()) return found;
  return "";
}

}  // namespace

SweepFolder::SweepFolder(const std::string& folder) try
    : folder_(fs::absolute(folder).lexically_normal().string()) {
  while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
  check(!fs::exists(folder_) || fs::is_directory(folder_), folder, "not a folder");
  const bool ours = fs::exists(folder_ + "/sweep.json") || fs::exists(folder_ + "/" + kMark);
  check(ours || !fs::exists(folder_) || fs::is_empty(folder_), folder,
        "not empty and not a sweep: name another folder");
  fs::create_directories(folder_);
  lock_.emplace(folder_, kMark);
  fs::remove_all(scratch());
} catch (const fs::filesystem_error& error) {
  throw base::Error(folder, error.code().message());
}

// The mark stays beside a sweep only.
SweepFolder::~SweepFolder() {
  std::error_code ignored;
  fs::remove_all(scratch(), ignored);
  fs::remove(folder_ + "/" + kMark, ignored);
  fs::remove(folder_, ignored);  // where it is empty
}

void SweepFolder::clear_scratch() const {
  std::error_code ignored;
  fs::remove_all(scratch(), ignored);
}

std::optional<Sweep> SweepFolder::earlier(const SweepPlan& plan) {
  if (plan.force || !fs::exists(plan.out_dir + "/sweep.json")) return std::nullopt;
  Sweep sweep = read_sweep(plan.out_dir);
  const std::string another = why_another(plan.out_dir, sweep, plan);
  check(another.empty(), plan.out_dir,
        fmt::format("holds another sweep ({}): name another folder by --out, or begin anew with "
                    "--force",
                    another));
  check(plan.resume || sweep.status != RunStatus::complete, plan.out_dir,
        "holds a finished sweep: --resume adds to it, --force begins anew");
  return sweep;
}

void SweepFolder::write_files(const SweepPlan& plan) const {
  for (const auto& [name, content] : plan.files) {
    const fs::path file = fs::path(folder_) / name;
    fs::create_directories(file.parent_path());
    base::write_file(file.string(), content);
  }
}

}  // namespace winnow::profiles
