#pragma once

#include <vector>

#include "reports/comparison/same_behaviour.h"
#include "reports/comparison/tables.h"

// Commands that behave identically. Two that schedule alike may do different work, so more must
// agree than of variants of one program (same_behaviour.h):
//
// - what they write to standard output, where it was compared;
// - processes, programs executed and threads of the tree pass: equal where each run of both made as
//   many, else near;
// - objects and bytes of the heap pass: equal;
// - counters of the sync pass and, block by block, voluntary switches, page faults and peak memory:
//   no more apart than they scatter (counter_tests.h), at 0.1% all together;
// - instructions, where the count pass ran: apart by no more than two runs of one command;
// - futex calls, where that pass ran: near;
// - CPU time: no difference proven at 99%, and where no instructions were counted, the whole
//   interval of the ratio within 5%;
// - wall time: no difference at 0.1% by the t of paired blocks, for waiting shows nowhere else;
// - the shares of functions in the CPU time: none beyond the sampling error, at 0.1% all together.
//
// A pass that one of the two lacks is a difference; one that both lack is told as not compared.
// Without a tree or cpu profile nothing is said.
namespace winnow::reports {

std::vector<SameBehaviour> same_commands(const Grounds& grounds);

}  // namespace winnow::reports
