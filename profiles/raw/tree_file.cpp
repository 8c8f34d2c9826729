#include "profiles/raw/tree_file.h"

#include <algorithm>

#include "base/sums.h"
#include "profiles/recording/document.h"
#include "profiles/recording/fields.h"

namespace winnow::profiles {
namespace {

const Kind& tree_kind() {
  static const Kind kind{"account of a process tree", {1}, {}, size_t{4} << 20};
  return kind;
}

void add_program(const TreeProgram& program, std::vector<TreeProgram>& programs) {
  const auto found = std::ranges::find(programs, program.name, &TreeProgram::name);
  if (found == programs.end()) {
    programs.push_back(program);
    return;
  }
  base::add_to(found->processes, program.processes);
  base::add_to(found->threads, program.threads);
  found->cpu_s += program.cpu_s;
  found->run_queue_s += program.run_queue_s;
}

}  // namespace

void write_tree_file(const std::string& path, const TreeProfile& tree) {
  write_document(path, tree_kind(), JsonWriter::to_json(tree));
}

TreeProfile read_tree_file(const std::string& path) {
  Document document = open_document(path, tree_kind());
  TreeProfile tree;
  read_fields(document, path, tree);
  return tree;
}

void add_tree(const TreeProfile& trees, TreeProfile& sum) {
  base::add_to(sum.iterations, trees.iterations);
  sum.wall_s += trees.wall_s;
  sum.cpu_s += trees.cpu_s;
  sum.run_queue_s += trees.run_queue_s;
  base::add_to(sum.voluntary_switches, trees.voluntary_switches);
  base::add_to(sum.involuntary_switches, trees.involuntary_switches);
  base::add_to(sum.processes, trees.processes);
  base::add_to(sum.threads, trees.threads);
  base::add_to(sum.execs, trees.execs);
  base::add_to(sum.unseen_ends, trees.unseen_ends);
  sum.most_threads_at_once = std::max(sum.most_threads_at_once, trees.most_threads_at_once);
  sum.peak_rss_bytes = std::max(sum.peak_rss_bytes, trees.peak_rss_bytes);
  for (const TreeProgram& program : trees.programs) add_program(program, sum.programs);
  std::ranges::stable_sort(sum.programs, std::greater<>(), &TreeProgram::cpu_s);
  for (const std::string& name : trees.without_privilege)
    if (std::ranges::count(sum.without_privilege, name) == 0) sum.without_privilege.push_back(name);
}

}  // namespace winnow::profiles
