#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// The operators of the engine. Every operator is a family: a table of rows, the scalar reference
// first, one row an instruction set. All are noexcept, allocate nothing, start no threads, and may
// be called from any thread at once on different outputs. Pointers need no alignment.
//
// Within one row the result of an output element does not depend on how the caller splits the work
// (row, tile and query ranges), so every schedule gives bit-identical results.
namespace winnow::kernels {

inline constexpr int kBlockSize = 32;  // weights in a Q8_0 block
inline constexpr int kTileWidth = 16;  // output features in a packed tile

// GGUF's Q8_0: 32 weights w[i] = scale * values[i]; scale is an IEEE half.
struct BlockQ8_0 {
  uint16_t scale;
  int8_t values[kBlockSize];
};
static_assert(sizeof(BlockQ8_0) == 34);

// A Q8_0 matrix [out_features][in_features], packed once at load for the matmul rows: tiles of 16
// output features. A tile holds the half scales of its blocks of 32 inputs, [block][16 features],
// padded to 64 bytes; then for each block 8 groups of [16 features][4 inputs] bytes: value + 128.
// The last tile is padded with scale 0. packed.h knows where things lie.
struct PackedMatrix {
  int out_features = 0;
  int in_features = 0;              // a multiple of 32
  std::shared_ptr<std::byte> data;  // 64-byte aligned; may be a part of a larger buffer

  int tile_count() const { return (out_features + kTileWidth - 1) / kTileWidth; }
  int block_count() const { return in_features / kBlockSize; }
};
// A multiple of 64.
size_t packed_size_bytes(int out_features, int in_features);
// Packs into `packed`, of packed_size_bytes() and 64-byte aligned. Matrices of the same in_features
// packed one behind the other are one matrix when all but the last have whole tiles.
void pack_q8_0(const BlockQ8_0* rows, int out_features, int in_features, std::byte* packed);
// The same into a buffer of its own.
PackedMatrix pack_q8_0(const BlockQ8_0* rows, int out_features, int in_features);

// Activations [row_count][size], quantized by blocks of 32: x[i] ~ scales[i / 32] * values[i],
// values in [-127, 127]. offsets[i / 32] = -128 * (sum of the block's values): what the packed
// weights' +128 adds, taken back. A non-owning view, rows contiguous.
struct QuantizedRows {
  int row_count = 0;
  int size = 0;  // a multiple of 32
  const int8_t* values = nullptr;
  const float* scales = nullptr;
  const int32_t* offsets = nullptr;
};

struct AttentionShape {
  int length;    // tokens in the sequence
  int heads;     // query heads; heads % kv_heads == 0
  int kv_heads;  // key/value heads
  int head_dim;
  float scale;     // multiplies q . k
  int window;      // key j is hidden from query i when |i - j| > window; negative: no window
  int q_stride;    // floats from one token's q to the next: at least heads * head_dim
  int kv_stride;   // of k, and of v: at least kv_heads * head_dim
  int out_stride;  // at least heads * head_dim
};

// scales and values of one activation row of `size` (a multiple of 32) elements:
// scale = max|x| / 127, values = round_to_nearest_even(x * (1 / scale)); a zero block, and one
// whose scale would be subnormal, has scale 0 and values 0. x must be finite.
using QuantizeRow = void (*)(const float* x, int size, int8_t* values, float* scales,
                             int32_t* offsets) noexcept;
// sum over blocks of w.scale * x_scale * (int8 dot product); w and x of `size` elements.
using Dot = float (*)(const BlockQ8_0* w, const int8_t* x, const float* x_scales,
                      int size) noexcept;
// y[r][o] = sum_k w[o][k] * x[r][k] for every row of x and the outputs of tiles
// [tile_begin, tile_end). y has y_stride floats a row; only those outputs' columns are written.
using Matmul = void (*)(const PackedMatrix& w, int tile_begin, int tile_end, const QuantizedRows& x,
                        float* y, int y_stride) noexcept;
// y = x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich 2019). y may be x. The sum of
// squares must be in the range of float.
using RmsNorm = void (*)(const float* x, const float* weight, int size, float epsilon,
                         float* y) noexcept;
// x += rms_norm(y): the residual connection behind a normalized branch.
using AddNorm = void (*)(const float* y, const float* weight, int size, float epsilon,
                         float* x) noexcept;
// quantize_row(rms_norm(x)), the input of the matmuls behind a norm; size a multiple of 32.
using NormQuantize = void (*)(const float* x, const float* weight, int size, float epsilon,
                              int8_t* values, float* scales, int32_t* offsets) noexcept;
// One head in place: rms_norm, then the pairs (i, i + size / 2) rotated by the angles whose cosines
// and sines are given (size / 2 each); Su et al. 2021, the NEOX pairing.
using NormRope = void (*)(float* x, const float* weight, float epsilon, const float* cosines,
                          const float* sines, int size) noexcept;
// quantize_row(gelu_tanh(gate) * up) (Hendrycks and Gimpel 2016, tanh form), the input of the
// feed-forward layer's second matmul. gate_up: for each block of 32, 32 of gate, then 32 of up.
using GegluQuantize = void (*)(const float* gate_up, int block_count, int8_t* values, float* scales,
                               int32_t* offsets) noexcept;
// out[i] = softmax_j(scale * q_i . k_j) @ v for queries [query_begin, query_end) and every head.
// q and out: [length][heads][head_dim]; k, v: [length][kv_heads][head_dim]; rows by the strides of
// `shape`. Reads no key that none of these queries sees. Scores exist one tile at a time (online
// softmax: Milakov and Gimelshein 2018; tiles: Dao et al. 2022).
using Attention = void (*)(const AttentionShape& shape, const float* q, const float* k,
                           const float* v, int query_begin, int query_end, float* out) noexcept;

template <class Function>
struct Row {
  std::string_view name;  // scalar, avx2, avx_vnni, avx512_vnni, neon_dot, neon_i8mm
  bool available;         // on this machine
  Function function;
};

std::span<const Row<QuantizeRow>> quantize_rows();
std::span<const Row<Dot>> dot_rows();
std::span<const Row<Matmul>> matmul_rows();
std::span<const Row<RmsNorm>> rms_norm_rows();
std::span<const Row<AddNorm>> add_norm_rows();
std::span<const Row<NormQuantize>> norm_quantize_rows();
std::span<const Row<NormRope>> norm_rope_rows();
std::span<const Row<GegluQuantize>> geglu_quantize_rows();
std::span<const Row<Attention>> attention_rows();

// One row of each family.
struct Kernels {
  std::string_view isa;
  QuantizeRow quantize;
  Dot dot;
  Matmul matmul;
  RmsNorm rms_norm;
  AddNorm add_norm;
  NormQuantize norm_quantize;
  NormRope norm_rope;
  GegluQuantize geglu_quantize;
  Attention attention;
};

// The rows named `isa`, or for "auto" the best that this machine has. Throws UsageError for a name
// that is in no table or that this machine cannot run (the message lists those it can).
Kernels select_kernels(std::string_view isa);
// What select_kernels takes on this machine: "auto, scalar, ...".
std::string isa_choices();

float half_to_float(uint16_t half) noexcept;
uint16_t float_to_half(float value) noexcept;  // round to nearest even

}  // namespace winnow::kernels
