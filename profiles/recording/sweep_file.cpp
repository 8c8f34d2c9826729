#include <algorithm>

#include "base/error.h"
#include "profiles/recording/document.h"
#include "profiles/recording/sweep_fields.h"
#include "profiles/recording/upgrades.h"

namespace winnow::profiles {
namespace {

template <class Named>
bool holds(const std::vector<Named>& all, const std::string& name) {
  return std::any_of(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
}

void check_block(const SweepBlock& block, const Place& place) {
  if (!block.ok()) return;
  if (block.iteration_wall_ns.empty()) place.fail("no iteration in a block that is ok");
}

void check_cells(const Sweep& sweep, const Place& root) {
  const Place cells{root.file, &root, "cells"};
  for (size_t i = 0; i < sweep.cells.size(); ++i) {
    const SweepCell& cell = sweep.cells[i];
    const Place place{root.file, &cells, {}, i};
    if (!holds(sweep.variants, cell.variant)) place.fail("a variant that is not listed");
    if (!holds(sweep.mixes, cell.condition.mix)) place.fail("a mix that is not listed");
    if (cell.condition.batch == 0 || cell.condition.threads == 0)
      place.fail("expected a batch and threads of at least 1");
    const Place blocks{root.file, &place, "blocks"};
    for (size_t k = 0; k < cell.blocks.size(); ++k)
      check_block(cell.blocks[k], Place{root.file, &blocks, {}, k});
  }
}

std::string sweep_path(const std::string& folder) { return folder + "/sweep.json"; }

}  // namespace

Sweep read_sweep(const std::string& folder) {
  const std::string path = sweep_path(folder);
  Document document = open_document_in(folder, path, sweep_kind());
  Sweep sweep;
  read_fields(document, path, sweep);
  check_cells(sweep, Place{path});
  sweep.content_hash = document.content_hash;
  for (std::string& remark : document.remarks.sentences(sweep_kind().noun))
    sweep.warnings.push_back(std::move(remark));
  return sweep;
}

// Written after every block: one line, so that it stays cheap.
void write_sweep(const std::string& folder, const Sweep& sweep) {
  write_document(sweep_path(folder), sweep_kind(), JsonWriter::to_json(sweep), Sealed::kYes);
}

}  // namespace winnow::profiles
