#pragma once

#include <cstdint>
#include <string>

namespace winnow::engine {

enum class SyntheticShape { full_300m, tiny };

// Writes a model of EmbeddingGemma's keys, tensor names, types and (full_300m) shapes with random
// weights, deterministic in `seed`: byte-identical on every machine. general.name says that it is
// synthetic. Written to a temporary name, then renamed. Throws base::Error.
// tiny: 2 blocks (of which the second attends without a window), width 64, a vocabulary of 4,096.
void write_synthetic_model(const std::string& path, SyntheticShape shape, uint64_t seed);

}  // namespace winnow::engine
