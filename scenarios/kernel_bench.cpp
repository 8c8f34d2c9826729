// The kernels' speed: every row that runs here, one thread, at the shapes of EmbeddingGemma-300M.
// Names: <family>/<row>/<shape>; counters: G_MAC/s (10^9 multiply-accumulates), peak_share (of one
// core's int8 peak with the row's instruction set, measured as the program starts), elements and
// bytes a second.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/kernels.h"
#include "kernels/peak.h"
#include "scenarios/roofline.h"

namespace {

using namespace winnow::kernels;

std::vector<float> random_floats(size_t count, float low, float high) {
  std::mt19937 engine(1);
  std::vector<float> values(count);
  for (float& value : values)
    value = low + (high - low) * (static_cast<float>(engine() >> 8) * 0x1p-24f);
  return values;
}

std::vector<BlockQ8_0> random_weights(int out_features, int in_features) {
  std::mt19937 engine(2);
  std::vector<BlockQ8_0> blocks(size_t(out_features) * in_features / kBlockSize);
  for (BlockQ8_0& block : blocks) {
    block.scale = float_to_half(0.01f);
    for (int8_t& value : block.values) value = static_cast<int8_t>(engine() & 0xff);
  }
  return blocks;
}

// Slices of one buffer, in huge pages where there are any, as the engine's.
class Memory {
 public:
  explicit Memory(size_t size_bytes)
      : memory_(winnow::base::aligned_memory(std::max(size_bytes, kLeastBytes))) {}

  template <class T>
  T* take(size_t size) {
    T* slice = reinterpret_cast<T*>(memory_.get() + used_);
    used_ += (size * sizeof(T) + 63) / 64 * 64;
    return slice;
  }

 private:
  static constexpr size_t kLeastBytes = size_t{2} << 20;
  std::shared_ptr<std::byte> memory_;
  size_t used_ = 0;
};

// With room behind for `outputs` floats a row.
struct Activations {
  Activations(int row_count, int size, int outputs = 0)
      : memory(size_t(row_count) * (size + size / 4 + outputs * 4) + 256),
        values(memory.take<int8_t>(size_t(row_count) * size)),
        scales(memory.take<float>(size_t(row_count) * size / kBlockSize)),
        offsets(memory.take<int32_t>(size_t(row_count) * size / kBlockSize)),
        y(memory.take<float>(size_t(row_count) * outputs)),
        view{row_count, size, values, scales, offsets} {
    const std::vector<float> x = random_floats(size_t(row_count) * size, -1, 1);
    quantize_rows()[0].function(x.data(), static_cast<int>(x.size()), values, scales, offsets);
  }

  Memory memory;
  int8_t* values;
  float* scales;
  int32_t* offsets;
  float* y;
  QuantizedRows view;
};

void count_macs(benchmark::State& state, double macs) {
  const double total = static_cast<double>(state.iterations()) * macs;
  state.counters["G_MAC/s"] = benchmark::Counter(total * 1e-9, benchmark::Counter::kIsRate);
}

void matmul(benchmark::State& state, Matmul function, int in, int out, int rows) {
  const PackedMatrix w = pack_q8_0(random_weights(out, in).data(), out, in);
  const Activations x(rows, in, out);
  for (auto _ : state) {
    function(w, 0, w.tile_count(), x.view, x.y, out);
    benchmark::ClobberMemory();
  }
  count_macs(state, 1.0 * in * out * rows);
}

// All weight matrices of the 300M shape's blocks, one behind the other: about 108 MB.
const std::vector<PackedMatrix>& all_matrices() {
  static const std::vector<PackedMatrix> matrices = [] {
    const std::vector<BlockQ8_0> weights = random_weights(1152, 768);  // as many as the largest has
    std::vector<PackedMatrix> packed;
    size_t size_bytes = 0;
    for (int block = 0; block < 24; ++block)
      for (const auto& [in, out] : {std::pair{768, 768},
                                    {768, 256},
                                    {768, 256},
                                    {768, 768},
                                    {768, 1152},
                                    {768, 1152},
                                    {1152, 768}}) {
        packed.push_back({out, in, nullptr});
        size_bytes += packed_size_bytes(out, in);
      }
    const auto memory = winnow::base::aligned_memory(size_bytes);
    size_t used = 0;
    for (PackedMatrix& w : packed) {
      w.data = {memory, memory.get() + used};
      pack_q8_0(weights.data(), w.out_features, w.in_features, w.data.get());
      used += packed_size_bytes(w.out_features, w.in_features);
    }
    return packed;
  }();
  return matrices;
}

// One after another, as a forward pass does: no cache keeps the weights from one call to the next.
void matmul_168(benchmark::State& state, Matmul function, int rows) {
  const Activations narrow(rows, 768, 1152), wide(rows, 1152, 768);
  double macs = 0;
  for (const PackedMatrix& w : all_matrices()) macs += 1.0 * w.in_features * w.out_features * rows;
  for (auto _ : state) {
    for (const PackedMatrix& w : all_matrices()) {
      const Activations& x = w.in_features == 768 ? narrow : wide;
      function(w, 0, w.tile_count(), x.view, x.y, w.out_features);
    }
    benchmark::ClobberMemory();
  }
  count_macs(state, macs);
}

void peak(benchmark::State& state, const PeakRow& row) {
  constexpr int64_t kRounds = 10'000;
  for (auto _ : state) benchmark::DoNotOptimize(row.multiply_accumulate(kRounds, 3, 5));
  count_macs(state, static_cast<double>(kRounds * row.macs_per_round));
}

void dot(benchmark::State& state, Dot function, int size) {
  const std::vector<BlockQ8_0> w = random_weights(1, size);
  const Activations x(1, size);
  for (auto _ : state) benchmark::DoNotOptimize(function(w.data(), x.values, x.scales, size));
  count_macs(state, size);
}

void attention(benchmark::State& state, Attention function, int length, int window) {
  const AttentionShape shape{length, 3, 1, 256, 1 / 16.0f, window, 768, 256, 768};
  const std::vector<float> q = random_floats(size_t(length) * 768, -1, 1);
  const std::vector<float> k = random_floats(size_t(length) * 256, -1, 1);
  std::vector<float> out(q.size());
  double visible_pairs = 0;
  for (int i = 0; i < length; ++i)
    for (int j = 0; j < length; ++j) visible_pairs += window < 0 || std::abs(i - j) <= window;
  for (auto _ : state) {
    function(shape, q.data(), k.data(), k.data(), 0, length, out.data());
    benchmark::ClobberMemory();
  }
  count_macs(state, visible_pairs * 3 * 256 * 2);  // scores, and values
}

// Calls an operator over `size` elements, which reads and writes so many bytes for each.
void time_elements(benchmark::State& state, int size, int bytes, const auto& call) {
  for (auto _ : state) {
    call();
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * size);
  state.SetBytesProcessed(state.iterations() * size * bytes);
}

void quantize(benchmark::State& state, QuantizeRow function, int size) {
  const std::vector<float> x = random_floats(size, -1, 1);
  Activations to(1, size);
  time_elements(state, size, 4 + 1,
                [&] { function(x.data(), size, to.values, to.scales, to.offsets); });
}

void rms_norm(benchmark::State& state, RmsNorm function, int size) {
  const std::vector<float> x = random_floats(size, -1, 1);
  std::vector<float> y(size);
  time_elements(state, size, 12, [&] { function(x.data(), x.data(), size, 1e-6f, y.data()); });
}

void add_norm(benchmark::State& state, AddNorm function, int size) {
  const std::vector<float> y = random_floats(size, -1, 1);
  std::vector<float> x(size);
  time_elements(state, size, 16, [&] { function(y.data(), y.data(), size, 1e-6f, x.data()); });
}

void norm_quantize(benchmark::State& state, NormQuantize function, int size) {
  const std::vector<float> x = random_floats(size, -1, 1);
  Activations to(1, size);
  time_elements(state, size, 9, [&] {
    function(x.data(), x.data(), size, 1e-6f, to.values, to.scales, to.offsets);
  });
}

void norm_rope(benchmark::State& state, NormRope function, int size) {
  std::vector<float> x = random_floats(size, -1, 1);
  const float angle = 0.5f;
  const std::vector<float> weight(size, 1.0f);
  const std::vector<float> cosines(size / 2, std::cos(angle)), sines(size / 2, std::sin(angle));
  time_elements(state, size, 16, [&] {
    function(x.data(), weight.data(), 1e-6f, cosines.data(), sines.data(), size);
  });
}

void geglu_quantize(benchmark::State& state, GegluQuantize function, int size) {
  const std::vector<float> gate_up = random_floats(2 * size, -4, 4);
  Activations to(1, size);
  time_elements(state, size, 9, [&] {
    function(gate_up.data(), size / kBlockSize, to.values, to.scales, to.offsets);
  });
}

// One core's int8 peaks by instruction set, in 10^9 multiply-accumulates a second.
const std::map<std::string, double, std::less<>>& peaks() {
  static const auto measured = [] {
    winnow::scenarios::RooflinePlan plan;
    plan.repetitions = 6;
    std::map<std::string, double, std::less<>> by_isa;
    for (const auto& row : winnow::scenarios::measure_roofline(plan).rows)
      by_isa[row.isa] = row.one_core_gmacs;
    return by_isa;
  }();
  return measured;
}

void add_peak_share(benchmark::State& state, std::string_view isa) {
  const auto macs = state.counters.find("G_MAC/s");
  const auto roof = peaks().find(isa);
  if (macs == state.counters.end() || roof == peaks().end()) return;
  state.counters["peak_share"] =
      benchmark::Counter(macs->second.value / roof->second, benchmark::Counter::kIsRate);
}

// One benchmark for each row that runs here: body(state, function, arguments...).
template <class Function, class Body, class... Arguments>
void add(const char* family, std::span<const Row<Function>> rows, const std::string& shape,
         Body body, Arguments... arguments) {
  for (const Row<Function>& row : rows) {
    if (!row.available) continue;
    const std::string name = fmt::format("{}/{}/{}", family, row.name, shape);
    benchmark::RegisterBenchmark(name.c_str(), [=, &row](benchmark::State& state) {
      body(state, row.function, arguments...);
      add_peak_share(state, row.name);
    });
  }
}

void register_all() {
  for (const PeakRow& row : peak_rows()) {
    if (!row.available) continue;
    benchmark::RegisterBenchmark(fmt::format("peak/{}", row.name).c_str(),
                                 [&row](benchmark::State& state) {
                                   peak(state, row);
                                   add_peak_share(state, row.name);
                                 });
  }
  for (const auto& [in, out] : {std::pair{768, 1152}, {1152, 768}})
    for (const int rows : {1, 5, 20, 640})
      add("matmul", matmul_rows(), fmt::format("{}x{}/rows:{}", in, out, rows), matmul, in, out,
          rows);
  for (const int rows : {20, 640})
    add("matmul_168", matmul_rows(), fmt::format("rows:{}", rows), matmul_168, rows);
  for (const int size : {768, 1152}) add("dot", dot_rows(), fmt::format("{}", size), dot, size);
  for (const int length : {5, 15, 20, 40, 640, 2048})
    for (const int window : {256, -1})
      add("attention", attention_rows(), fmt::format("length:{}/window:{}", length, window),
          attention, length, window);
  for (const int size : {768, 1152})
    add("quantize", quantize_rows(), fmt::format("{}", size), quantize, size);
  for (const int size : {256, 768})
    add("rms_norm", rms_norm_rows(), fmt::format("{}", size), rms_norm, size);
  add("add_norm", add_norm_rows(), "768", add_norm, 768);
  add("norm_quantize", norm_quantize_rows(), "768", norm_quantize, 768);
  add("norm_rope", norm_rope_rows(), "256", norm_rope, 256);
  add("geglu_quantize", geglu_quantize_rows(), "1152", geglu_quantize, 1152);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  peaks();
  register_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
