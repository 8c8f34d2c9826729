#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/gguf.h"
#include "engine/tokenizer.h"
#include "engine/weights.h"
#include "kernels/kernels.h"

namespace winnow::engine {

// cos and sin of position * base^(-2i / head_dim), [position][head_dim / 2].
struct RopeTable {
  std::vector<float> cosines;
  std::vector<float> sines;
};

// What converting f32, f16 or bf16 to q8_0 leaves of the cosine to an embedding by the weights as
// the file has them, at least: measured at full size against double precision (docs/models.md).
inline constexpr double kConvertedCosine = 0.9995;

// An EmbeddingGemma loaded from a GGUF file; immutable, any thread may use it. Resident are the
// packed matrices (one buffer, about a byte a weight) and of the mapped file what is read in place:
// norms, dense projections and those rows of the embedding table that texts have used.
class Model {
 public:
  // `isa` as in kernels::select_kernels. Throws base::Error for a file of another architecture, a
  // key out of range, a missing tensor, a wrong shape or type, a tensor that shows damage.
  static Model load(const std::string& path, std::string_view isa);

  const Config& config() const { return config_; }
  const Weights& weights() const { return weights_; }
  const kernels::Kernels& kernels() const { return kernels_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }
  const RopeTable& rope(bool local) const { return local ? rope_local_ : rope_global_; }

  std::string name() const;  // general.name
  bool synthetic() const;    // is_synthetic(): the embeddings mean nothing
  uint64_t file_size_bytes() const { return file_.size_bytes(); }
  // Loops over tiles that one text takes. A block has seven weight matrices, multiplied as four:
  // q, k and v; attention output; gate and up; down.
  int matmuls_per_text() const { return 4 * config_.block_count; }
  // Throws base::Error when the file changed since it was loaded: parts of it are read in place, so
  // that what was computed meanwhile may be of both states.
  void check_unchanged() const { file_.check_unchanged(); }
  // What the user should know of this file, a sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Model(Gguf file, const Config& config, const kernels::Kernels& kernels);
  void warn_of_weights();

  Gguf file_;
  Config config_;
  kernels::Kernels kernels_;
  Tokenizer tokenizer_;
  Weights weights_;
  RopeTable rope_local_, rope_global_;
  std::vector<std::string> warnings_;
};

// The file's general.name says so, as those that this program writes do.
bool is_synthetic(const Gguf& file);

}  // namespace winnow::engine
