#pragma once

#include <vector>

#include "kernels/kernels.h"

// What the quantizing operators write.
namespace winnow::kernels {

struct Quantized {
  explicit Quantized(int size)
      : values(size), scales(size / kBlockSize), offsets(size / kBlockSize) {}
  bool operator==(const Quantized&) const = default;

  std::vector<int8_t> values;
  std::vector<float> scales;
  std::vector<int32_t> offsets;
};

inline Quantized quantize(QuantizeRow function, const std::vector<float>& x) {
  const int size = static_cast<int>(x.size());
  Quantized q(size);
  function(x.data(), size, q.values.data(), q.scales.data(), q.offsets.data());
  return q;
}

}  // namespace winnow::kernels
