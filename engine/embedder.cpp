#include "engine/embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace winnow::engine {

Embedder::Embedder(const Model& model, Scheduler& scheduler)
    : model_(model),
      scheduler_(&scheduler),
      workspaces_(static_cast<size_t>(scheduler.workspace_count())) {}

void Embedder::embed(std::span<const std::string> texts, std::span<float> embeddings) {
  tokenize(texts);
  scheduler_->over_groups(lengths_, [&](std::span<const int> group, int worker) {
    embed_group(group, workspaces_[static_cast<size_t>(worker)], embeddings);
  });
  check_embeddings(texts.size(), embeddings);
  equalize_workspaces();
}

void Embedder::tokenize(std::span<const std::string> texts) {
  if (tokens_.size() < texts.size()) tokens_.resize(texts.size());
  const auto context_length = static_cast<size_t>(model_.config().context_length);
  scheduler_->over_texts(static_cast<int>(texts.size()), [&](int text) {
    const auto i = static_cast<size_t>(text);
    model_.tokenizer().encode(texts[i], tokens_[i], context_length + 1);
  });
  const Vocabulary& vocabulary = model_.tokenizer().vocabulary();
  lengths_.clear();
  for (size_t i = 0; i < texts.size(); ++i) {
    std::vector<int32_t>& tokens = tokens_[i];
    if (tokens.size() > context_length) {
      tokens.resize(context_length);
      if (vocabulary.add_eos) tokens.back() = vocabulary.eos_id;
      truncated_texts_ += 1;
    }
    check_tokens(i);
    lengths_.push_back(static_cast<int>(tokens.size()));
  }
}

void Embedder::embed_group(std::span<const int> texts, Workspace& workspace,
                           std::span<float> embeddings) {
  const auto size = static_cast<size_t>(model_.config().embedding_length);
  workspace.sequences.clear();
  for (const int text : texts) {
    const auto i = static_cast<size_t>(text);
    workspace.sequences.push_back({tokens_[i], embeddings.subspan(i * size, size)});
  }
  forward(model_, *scheduler_, workspace.sequences, workspace.activations, workspace.work);
}

// A file that changed under the model explains more than what it led to.
void Embedder::fail(size_t text, const std::string& problem) const {
  model_.check_unchanged();
  throw TextError(text, problem);
}

// A token that was never trained, or whose row in the file is damaged.
void Embedder::check_tokens(size_t text) const {
  const auto& empty = model_.weights().token_embd.check.empty_rows;
  if (empty.empty()) return;
  for (const int32_t id : tokens_[text])
    if (empty[static_cast<size_t>(id)]) {
      const auto piece = model_.tokenizer().vocabulary().pieces[static_cast<size_t>(id)];
      fail(text, fmt::format("has the token {} ({}), whose row in tensor {} holds zeros", id, piece,
                             kTokenTable));
    }
}

void Embedder::check_embeddings(size_t count, std::span<const float> embeddings) const {
  const auto size = static_cast<size_t>(model_.config().embedding_length);
  for (size_t text = 0; text < count; ++text)
    if (!std::isfinite(embeddings[text * size]))
      fail(text, "its embedding has no length that is a number: the model's weights are damaged");
}

// Next time another worker may get the longest text: room for it in all of them now, so that after
// a warm-up nothing grows any more.
void Embedder::equalize_workspaces() {
  int rows = 0, sequences = 0;
  for (const Workspace& workspace : workspaces_) {
    rows = std::max(rows, workspace.activations.row_capacity);
    sequences = std::max(sequences, workspace.activations.sequence_capacity);
  }
  for (Workspace& workspace : workspaces_) {
    workspace.activations.reserve(model_, rows, sequences);
    workspace.sequences.reserve(static_cast<size_t>(sequences));
  }
}

WorkCounters Embedder::work() const {
  WorkCounters sum;
  for (const Workspace& workspace : workspaces_) sum += workspace.work;
  return sum;
}

bool shorten_embedding(std::span<const float> full, int dimensions, std::span<float> out) {
  const auto kept = full.first(static_cast<size_t>(dimensions));
  double sum = 0;
  for (const float value : kept) sum += static_cast<double>(value) * value;
  if (!(sum > 0)) return false;
  const auto factor = static_cast<float>(1 / std::sqrt(sum));
  std::transform(kept.begin(), kept.end(), out.begin(), [=](float x) { return x * factor; });
  return true;
}

}  // namespace winnow::engine
