#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/gguf.h"

namespace winnow::engine {

// Mistakes that an engine could make; a test's tolerance must catch them.
enum class Fault { none, window_doubled, no_window, one_rope_base, pattern_reversed };

// The model in double precision, straight from the file's tensors, activations not quantized; for
// tests only, it shares nothing with the engine but the file's reader.
class ReferenceForward {
 public:
  ReferenceForward(const std::string& path, int threads);

  // The embedding of a sequence of token ids, of length 1.
  std::vector<double> embed(std::span<const int32_t> ids, Fault fault = Fault::none) const;

 private:
  using Rows = std::vector<double>;  // [token][features]

  uint32_t key(const char* name) const;
  std::vector<double> vector_of(const std::string& name) const;
  Rows project(const Rows& x, const std::string& tensor) const;
  Rows normalize(const Rows& x, const std::string& tensor) const;
  void rotate(Rows& x, uint64_t heads, double base) const;
  Rows attend(const Rows& q, const Rows& k, const Rows& v, int64_t window) const;
  int64_t window_of(uint32_t block, Fault fault) const;

  Gguf file_;
  int threads_;
  double epsilon_;
  uint64_t width_, heads_, kv_heads_, head_dim_;
};

// Whether products are made by OpenBLAS. Plain loops do for the tiny model, not at full size.
bool has_blas();

double cosine(std::span<const double> a, std::span<const float> b);

}  // namespace winnow::engine
