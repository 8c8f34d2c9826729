#pragma once

#include <cstdint>
#include <string>

#include "profiles/recording/recording.h"

// How a report names what was measured, found once of a recording: what the measured program tells
// of itself, and general words where it tells nothing.
namespace winnow::reports {

struct Words {
  std::string item{}, items{};  // "text", "texts"; empty: an iteration does not consist of items
  // What a throughput counts: the items, or the unit of the work that the user tells; empty:
  // nothing.
  std::string counted{};
  // What an amount is shared out over: "a text", and how many of these an iteration has; 0: their
  // number is not known. Without items it is the iteration itself.
  std::string share = "an iteration";
  double shares = 1;

  std::string iteration = "iteration", iterations = "iterations", an_iteration = "an iteration";
  std::string inputs = "iterations";  // of so many items: "batches"

  // A program that has a model, or of which the rules name functions that compute: the cost of
  // these is its work, and what its strategies do beside is overhead. Of any other program all is
  // work but what waits, signals and creates threads.
  bool computes = false;
  bool kernels = false;  // tells the multiply-accumulates of its kernels, or is expected to

  std::string variant = "variant";            // "strategy", of a program that computes
  std::string scheduler = "synchronisation";  // "scheduler"
  std::string overhead = "synchronisation";   // "scheduler overhead"
  std::string work = "work";                  // "compute"
  std::string work_functions = "functions outside synchronisation";  // "compute functions"
  std::string all_work = "All but synchronisation";                  // "All compute functions"

  // "1 text", "32 texts"; without items "".
  std::string items_words(int count) const;
  // A category of functions as a report calls it: as the rules do, but for `scheduler`.
  const std::string& category(const std::string& name) const;
};

Words words_of(const profiles::Recording& recording);

std::string with_article(const std::string& noun);  // "a text", "an event"
std::string plural_of(const std::string& noun);     // "texts", "queries", "batches"
// "1 text", "32 texts"
std::string count_of(int64_t count, const std::string& noun);
// The same; 0: "an unknown number of texts".
std::string count_or_unknown(int count, const std::string& noun);
std::string title_case(std::string word);  // "Text"

}  // namespace winnow::reports
