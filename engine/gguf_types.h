#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/gguf.h"

// The sizes and names of GGUF's types, for the reader and the writer.
namespace winnow::engine {

// The encoded size of one value, or 0 for strings and arrays, which tell their own.
uint64_t fixed_size_bytes(ValueType type);

bool is_supported(TensorType type);
// The elements and bytes of one block; a plain type's block is one element.
uint64_t block_elements(TensorType type);
uint64_t block_bytes(TensorType type);
// Nothing when the size does not fit 64 bits. The first dimension must be whole blocks.
std::optional<uint64_t> tensor_size_bytes(TensorType type, std::span<const uint64_t> shape);

// ggml's name of a tensor type, also of those that the engine does not run, for messages.
std::string ggml_type_name(uint32_t type);

}  // namespace winnow::engine
