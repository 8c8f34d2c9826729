#include "engine/embedder.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "engine/forward.h"

namespace winnow::engine {

Embedder::Embedder(const Model& model, Scheduler& scheduler)
    : model_(model),
      scheduler_(scheduler),
      workspaces_(static_cast<size_t>(scheduler.workspace_count())) {}

void Embedder::embed(std::span<const std::string> texts, std::span<float> embeddings) {
  const auto size = static_cast<size_t>(model_.config().embedding_length);
  scheduler_.over_texts(static_cast<int>(texts.size()), [&](int text, int worker) {
    const auto row = static_cast<size_t>(text);
    embed_text(texts[row], workspaces_[static_cast<size_t>(worker)],
               embeddings.subspan(row * size, size));
  });
  // Next time another worker may get the longest text: room for it in all of them now, so that
  // after a warm-up nothing grows any more.
  int longest = 0;
  size_t most_tokens = 0;
  for (const Workspace& workspace : workspaces_) {
    longest = std::max(longest, workspace.activations.capacity);
    most_tokens = std::max(most_tokens, workspace.tokens.capacity());
  }
  for (Workspace& workspace : workspaces_) {
    workspace.activations.reserve(model_, longest);
    workspace.tokens.reserve(most_tokens);
  }
}

void Embedder::embed_text(const std::string& text, Workspace& workspace,
                          std::span<float> embedding) {
  std::vector<int32_t>& tokens = workspace.tokens;
  model_.tokenizer().encode(text, tokens);
  const auto context_length = static_cast<size_t>(model_.config().context_length);
  if (tokens.size() > context_length) {
    tokens.resize(context_length);
    const Vocabulary& vocabulary = model_.tokenizer().vocabulary();
    if (vocabulary.add_eos) tokens.back() = vocabulary.eos_id;
    workspace.truncated_texts += 1;
  }
  forward(model_, scheduler_, tokens, workspace.activations, workspace.work, embedding);
  // At length 1 one component that is no number means that none is.
  if (!std::isfinite(embedding.front()))
    throw base::Error(model_.name(),
                      "an embedding is not a number: the model's weights are damaged");
}

WorkCounters Embedder::work() const {
  WorkCounters sum;
  for (const Workspace& workspace : workspaces_) sum += workspace.work;
  return sum;
}

int64_t Embedder::truncated_texts() const {
  int64_t sum = 0;
  for (const Workspace& workspace : workspaces_) sum += workspace.truncated_texts;
  return sum;
}

void shorten_embedding(std::span<const float> full, int dimensions, std::span<float> out) {
  const auto kept = full.first(static_cast<size_t>(dimensions));
  double sum = 0;
  for (const float value : kept) sum += static_cast<double>(value) * value;
  const auto factor = static_cast<float>(sum > 0 ? 1 / std::sqrt(sum) : 0.0);
  std::transform(kept.begin(), kept.end(), out.begin(), [=](float x) { return x * factor; });
}

}  // namespace winnow::engine
