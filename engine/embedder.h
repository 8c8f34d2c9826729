#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/activations.h"
#include "engine/forward.h"
#include "engine/model.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {

// A text that gets no embedding.
class TextError : public base::Error {
 public:
  // `text`: its place in the batch. `problem` goes on a sentence about the text.
  TextError(size_t text, const std::string& problem)
      : Error("text " + std::to_string(text + 1), problem), text_(text), problem_(problem) {}

  size_t text() const noexcept { return text_; }
  const std::string& problem() const noexcept { return problem_; }

 private:
  size_t text_;
  std::string problem_;
};

// Texts to embeddings. One thread at a time calls embed(); the scheduler decides what of it runs in
// parallel. Bit-identical for every scheduler, thread count and batch on one instruction set.
class Embedder {
 public:
  // Both must outlive the embedder.
  Embedder(const Model& model, Scheduler& scheduler);

  // Writes texts.size() rows of embedding_length floats, each of L2 length 1. A text of more tokens
  // than the context is cut at its end, with EOS kept last. Throws TextError for the first text
  // whose embedding has no finite length above zero, or which has a token without weights.
  void embed(std::span<const std::string> texts, std::span<float> embeddings);

  // Another scheduler of as many workspaces for the next calls; it must outlive them.
  void use(Scheduler& scheduler) { scheduler_ = &scheduler; }

  // Both since construction; not while embed() runs.
  WorkCounters work() const;
  int64_t truncated_texts() const { return truncated_texts_; }

 private:
  // What one worker needs; a line of its own, so that workers' counters do not share one.
  struct alignas(64) Workspace {
    std::vector<Sequence> sequences;
    Activations activations;
    WorkCounters work;
  };

  void tokenize(std::span<const std::string> texts);
  void embed_group(std::span<const int> texts, Workspace& workspace, std::span<float> embeddings);
  [[noreturn]] void fail(size_t text, const std::string& problem) const;
  void check_tokens(size_t text) const;
  void check_embeddings(size_t count, std::span<const float> embeddings) const;
  void equalize_workspaces();

  const Model& model_;
  Scheduler* scheduler_;
  std::vector<Workspace> workspaces_;
  std::vector<std::vector<int32_t>> tokens_;  // of each text of the batch
  std::vector<int> lengths_;                  // how many
  int64_t truncated_texts_ = 0;
};

// The first `dimensions` components of an embedding at length 1 again (Matryoshka representation,
// Kusupati et al. 2022). `dimensions` in [1, full.size()], out.size() == dimensions; out may be the
// beginning of full. False where they are all zero: there is no such embedding.
[[nodiscard]] bool shorten_embedding(std::span<const float> full, int dimensions,
                                     std::span<float> out);

}  // namespace winnow::engine
