#include "engine/activations.h"

#include <algorithm>

#include "base/aligned_buffer.h"

namespace winnow::engine {

WorkCounters& WorkCounters::operator+=(const WorkCounters& other) {
  texts += other.texts;
  tokens += other.tokens;
  matmul_calls += other.matmul_calls;
  macs += other.macs;
  dense_macs += other.dense_macs;
  attention_macs += other.attention_macs;
  return *this;
}

namespace {

// Slices of a buffer, each at a line of its own. Without memory it only adds up.
class Slices {
 public:
  explicit Slices(std::byte* memory) : memory_(memory) {}

  template <class T>
  void take(T*& slice, int64_t rows, int64_t size) {
    constexpr size_t kLineBytes = 64;
    slice = memory_ == nullptr ? nullptr : reinterpret_cast<T*>(memory_ + used_);
    used_ +=
        (static_cast<size_t>(rows * size) * sizeof(T) + kLineBytes - 1) / kLineBytes * kLineBytes;
  }
  void take(QuantizedBuffer& slice, int64_t rows, int size) {
    slice.size = size;
    take(slice.values, rows, size);
    take(slice.scales, rows, size / kernels::kBlockSize);
    take(slice.offsets, rows, size / kernels::kBlockSize);
  }
  size_t size_bytes() const { return used_; }

 private:
  std::byte* memory_;
  size_t used_ = 0;
};

Slices slice(Activations& a, const Model& model, std::byte* memory) {
  const Config& c = model.config();
  int widest = c.embedding_length;
  for (const DenseWeights& dense : model.weights().dense)
    widest = std::max({widest, dense.in_features, dense.out_features});
  Slices slices(memory);
  slices.take(a.x, a.row_capacity, c.embedding_length);
  slices.take(a.y, a.row_capacity, c.embedding_length);
  slices.take(a.qkv, a.row_capacity, c.qkv_length());
  slices.take(a.o, a.row_capacity, c.q_length());
  slices.take(a.gate_up, a.row_capacity, 2 * int64_t{c.feed_forward_length});
  slices.take(a.embedding_input, a.row_capacity, c.embedding_length);
  slices.take(a.attention_input, a.row_capacity, c.q_length());
  slices.take(a.feed_forward_input, a.row_capacity, c.feed_forward_length);
  slices.take(a.pooled, a.sequence_capacity, widest);
  slices.take(a.hidden, a.sequence_capacity, widest);
  slices.take(a.dense_input, a.sequence_capacity, widest);
  return slices;
}

}  // namespace

void Activations::reserve(const Model& model, int rows, int sequences) {
  if (rows <= row_capacity && sequences <= sequence_capacity) return;
  row_capacity = std::max(rows, row_capacity);
  sequence_capacity = std::max(sequences, sequence_capacity);
  tokens.reserve(static_cast<size_t>(row_capacity));
  first_rows.reserve(static_cast<size_t>(sequence_capacity));
  attention_tasks.reserve(static_cast<size_t>(sequence_capacity + row_capacity / kQueriesATask));
  memory_.reset();  // first, so that old and new are never there together
  memory_ = base::aligned_memory(slice(*this, model, nullptr).size_bytes());
  slice(*this, model, memory_.get());
}

}  // namespace winnow::engine
