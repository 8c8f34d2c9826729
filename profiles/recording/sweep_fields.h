#pragma once

#include "profiles/recording/fields.h"
#include "profiles/recording/sweep.h"

namespace winnow::profiles {

template <class Io, Is<Condition> T>
void fields(Io& io, T& condition) {
  io("batch", condition.batch);
  io("threads", condition.threads);
  io("mix", condition.mix);
  io("neighbours", condition.neighbours);
  io("neighbours_pinned", condition.neighbours_pinned);
  io("cpu_quota", condition.cpu_quota);
}

template <class Io, Is<SweepBlock> T>
void fields(Io& io, T& block) {
  io("order", block.order);
  io.or_word("status", block.failure, kEndedWell);
  io("stderr_tail", block.stderr_tail);
  io("iteration_wall_ns", block.iteration_wall_ns);
  io("cpu_ns", block.cpu_ns);
  io("tokens", block.tokens);
  io("macs", block.macs);
  io("isa", block.isa);
  io("checksum", block.checksum);
}

template <class Io, Is<SweepCell> T>
void fields(Io& io, T& cell) {
  io("variant", cell.variant);
  io("condition", cell.condition);
  io("blocks", cell.blocks);
  io("unavailable", cell.unavailable);
}

template <class Io, Is<SweepMix> T>
void fields(Io& io, T& mix) {
  io("name", mix.name);
  io("description", mix.description);
}

template <class Io, Is<Sweep> T>
void fields(Io& io, T& sweep) {
  io("created", sweep.created);
  io("winnow_version", sweep.winnow_version);
  io("commit", sweep.commit);
  io("status", sweep.status);
  io("name", sweep.name);
  io("description", sweep.description);
  io.where_told("parameter", sweep.parameter);
  io("cores", sweep.cores);
  io("machine", sweep.machine);
  io("machine_identity", sweep.machine_identity);
  io("roofline", sweep.roofline);
  io("model", sweep.model);
  io("variants", sweep.variants);
  io("mixes", sweep.mixes);
  io("cells", sweep.cells);
  io("warnings", sweep.warnings);
}

}  // namespace winnow::profiles
