#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/error.h"
#include "kernels/kernels.h"
namespace winnow::kernels {
float half_to_float(uint16_t h) noexcept {
  const int e = (h >> 10) & 31, m = h & 1023;
  float v = e == 0    ? std::ldexp(static_cast<float>(m), -24)
            : e == 31 ? (m ? NAN : INFINITY)
                      : std::ldexp(static_cast<float>(m + 1024), e - 25);
  return (h & 0x8000) ? -v : v;
}
uint16_t float_to_half(float value) noexcept {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  float a = std::fabs(value);
  if (!(a < 65520)) return static_cast<uint16_t>(sign | (std::isnan(a) ? 0x7e00 : 0x7c00));
  int e;
  std::frexp(a, &e);
  if (a == 0) return sign;
  if (e < -13) e = -13;
  auto m = static_cast<uint32_t>(std::nearbyint(std::ldexp(a, 11 - e)));
  uint32_t r = m < 1024 ? m : ((static_cast<uint32_t>(e + 14) << 10) + (m - 1024));
  return static_cast<uint16_t>(sign | r);
}
PackedMatrix pack_q8_0(const BlockQ8_0* rows, int out, int in) {
  PackedMatrix p;
  p.out_features = out;
  p.in_features = in;
  const size_t nb = static_cast<size_t>(in / 32),
               size = static_cast<size_t>(p.tile_count()) * nb * kPackedBlockBytes;
  p.data = {static_cast<std::byte*>(std::aligned_alloc(64, (size + 63) / 64 * 64)),
            [](std::byte* b) { std::free(b); }};
  std::memset(p.data.get(), 0, size);
  for (int t = 0; t < p.tile_count(); ++t)
    for (size_t b = 0; b < nb; ++b) {
      std::byte* base = p.data.get() + (static_cast<size_t>(t) * nb + b) * kPackedBlockBytes;
      for (int f = 0; f < 16; ++f) {
        const int o = t * 16 + f;
        const BlockQ8_0* blk = o < out ? rows + static_cast<size_t>(o) * nb + b : nullptr;
        if (blk) std::memcpy(base + f * 2, &blk->scale, 2);
        for (int k = 0; k < 32; ++k)
          base[32 + (k / 4) * 64 + f * 4 + k % 4] =
              static_cast<std::byte>(blk ? blk->values[k] + 128 : 128);
      }
    }
  return p;
}
static void quantize(const float* x, int n, int8_t* v, float* s, int32_t* off) noexcept {
  for (int b = 0; b < n / 32; ++b) {
    float m = 0;
    for (int i = 0; i < 32; ++i) m = std::fmax(m, std::fabs(x[b * 32 + i]));
    s[b] = m / 127;
    int sum = 0;
    for (int i = 0; i < 32; ++i) {
      v[b * 32 + i] = static_cast<int8_t>(m > 0 ? std::nearbyint(x[b * 32 + i] / s[b]) : 0);
      sum += v[b * 32 + i];
    }
    off[b] = -128 * sum;
  }
}
static float dot(const BlockQ8_0* w, const int8_t* x, const float* xs, int n) noexcept {
  float r = 0;
  for (int b = 0; b < n / 32; ++b) {
    int s = 0;
    for (int i = 0; i < 32; ++i) s += w[b].values[i] * x[b * 32 + i];
    r += half_to_float(w[b].scale) * xs[b] * static_cast<float>(s);
  }
  return r;
}
static void matmul(const PackedMatrix& w, int t0, int t1, const QuantizedRows& x, float* y,
                   int ys) noexcept {
  const int nb = w.block_count();
  for (int t = t0; t < t1; ++t)
    for (int r = 0; r < x.row_count; ++r)
      for (int f = 0; f < 16 && t * 16 + f < w.out_features; ++f) {
        float acc = 0;
        for (int b = 0; b < nb; ++b) {
          const std::byte* base =
              w.data.get() + (static_cast<size_t>(t) * nb + b) * kPackedBlockBytes;
          uint16_t h;
          std::memcpy(&h, base + f * 2, 2);
          int s = x.offsets[static_cast<size_t>(r) * nb + b];
          for (int k = 0; k < 32; ++k)
            s += static_cast<int>(base[32 + (k / 4) * 64 + f * 4 + k % 4]) *
                 x.values[static_cast<size_t>(r) * x.size + b * 32 + k];
          acc +=
              half_to_float(h) * x.scales[static_cast<size_t>(r) * nb + b] * static_cast<float>(s);
        }
        y[static_cast<size_t>(r) * ys + t * 16 + f] = acc;
      }
}
static void rms(const float* x, const float* w, int n, float e, float* y) noexcept {
  double s = 0;
  for (int i = 0; i < n; ++i) s += static_cast<double>(x[i]) * x[i];
  const auto k = static_cast<float>(1 / std::sqrt(s / n + e));
  for (int i = 0; i < n; ++i) y[i] = x[i] * k * w[i];
}
static void rope(float* x, const float* c, const float* s, int n) noexcept {
  for (int i = 0; i < n / 2; ++i) {
    float a = x[i], b = x[i + n / 2];
    x[i] = a * c[i] - b * s[i];
    x[i + n / 2] = a * s[i] + b * c[i];
  }
}
static void smax(float* x, int n) noexcept {
  float m = x[0];
  for (int i = 1; i < n; ++i) m = std::fmax(m, x[i]);
  float s = 0;
  for (int i = 0; i < n; ++i) s += x[i] = std::exp(x[i] - m);
  for (int i = 0; i < n; ++i) x[i] /= s;
}
static void geglu(const float* g, const float* u, int n, float* y) noexcept {
  for (int i = 0; i < n; ++i)
    y[i] = 0.5f * g[i] * (1 + std::tanh(0.7978845608f * (g[i] + 0.044715f * g[i] * g[i] * g[i]))) *
           u[i];
}
static void attn(const AttentionShape& s, const float* q, const float* k, const float* v, int q0,
                 int q1, float* sc, float* o) noexcept {
  const int d = s.head_dim, qs = s.heads * d, ks = s.kv_heads * d;
  for (int h = 0; h < s.heads; ++h) {
    const int kh = h / (s.heads / s.kv_heads);
    for (int i = q0; i < q1; ++i) {
      const int j0 = s.window < 0 ? 0 : std::max(0, i - s.window),
                j1 = s.window < 0 ? s.length : std::min(s.length, i + s.window + 1);
      for (int j = j0; j < j1; ++j) {
        float a = 0;
        for (int e = 0; e < d; ++e) a += q[i * qs + h * d + e] * k[j * ks + kh * d + e];
        sc[j] = a * s.scale;
      }
      smax(sc + j0, j1 - j0);
      for (int e = 0; e < d; ++e) {
        float a = 0;
        for (int j = j0; j < j1; ++j) a += sc[j] * v[j * ks + kh * d + e];
        o[i * qs + h * d + e] = a;
      }
    }
  }
}
#define ROWS(type, fn, name)                             \
  std::span<const Row<type>> name() {                    \
    static const Row<type> rows[]{{"scalar", true, fn}}; \
    return rows;                                         \
  }
ROWS(QuantizeRow, quantize, quantize_rows)
ROWS(Dot, dot, dot_rows) ROWS(Matmul, matmul, matmul_rows) ROWS(RmsNorm, rms, rms_norm_rows)
    ROWS(Rope, rope, rope_rows) ROWS(Softmax, smax, softmax_rows) ROWS(Geglu, geglu, geglu_rows)
        ROWS(Attention, attn, attention_rows) Kernels select_kernels(std::string_view isa) {
  if (isa != "auto" && isa != "scalar") throw base::UsageError("isa", "unknown");
  return {"scalar", quantize, dot, matmul, rms, rope, smax, geglu, attn};
}
}  // namespace winnow::kernels
