#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/mapped_file.h"
#include "engine/gguf_types.h"

// GGUF version 3, the file format of llama.cpp's models
// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), little-endian.
namespace winnow::engine {

// An array of the metadata, checked when the file was opened and decoded when it is asked for.
struct Array {
  ValueType element_type;
  uint64_t count;
  std::span<const std::byte> bytes;  // the encoded elements, in the mapping
};

// Integers of all widths are held as int64 or uint64, both float widths as double.
using Value = std::variant<uint64_t, int64_t, double, bool, std::string_view, Array>;

struct MetadataEntry {
  std::string_view key;
  ValueType type;
  Value value;
};

struct Tensor {
  std::string_view name;
  TensorType type;
  std::vector<uint64_t> shape;       // the first is contiguous
  std::span<const std::byte> bytes;  // in the mapping
};

// An open file. Everything (counts, lengths, offsets, alignment, overlaps) is checked by open();
// views point into the mapping and live as long as the object. Throws base::Error
// "<path>: <problem>". The accessors throw "<path>: key K is missing / has type T, expected U";
// like llama.cpp they take a key only in its exact type (u32() no u64).
class Gguf {
 public:
  static Gguf open(const std::string& path);

  const std::string& path() const { return file_.path(); }
  uint64_t size_bytes() const { return file_.bytes().size(); }
  const std::vector<MetadataEntry>& metadata() const { return metadata_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }

  // The typed value of a key; the second form gives `fallback` when the key is missing.
  uint32_t u32(std::string_view key) const;
  uint32_t u32(std::string_view key, uint32_t fallback) const;
  float f32(std::string_view key) const;
  float f32(std::string_view key, float fallback) const;
  bool boolean(std::string_view key, bool fallback) const;
  std::string_view string(std::string_view key) const;
  std::string_view string(std::string_view key, std::string_view fallback) const;
  std::vector<std::string_view> strings(std::string_view key) const;
  std::vector<float> floats(std::string_view key) const;
  std::vector<int32_t> ints(std::string_view key) const;  // i32 or u32 elements

  const Tensor* find_tensor(std::string_view name) const;  // null when absent
  // The tensor, which must have this shape; or this type and shape.
  const Tensor& tensor(std::string_view name, std::span<const uint64_t> shape) const;
  const Tensor& tensor(std::string_view name, TensorType type,
                       std::span<const uint64_t> shape) const;
  // Of a part of a tensor, or one that is there, that is not needed in the mapping any more: frees
  // its resident memory.
  void drop_resident(std::span<const std::byte> part) const { file_.drop_resident(part); }
  void drop_resident(std::string_view name) const { drop_resident(find_tensor(name)->bytes); }
  // As base::MappedFile has it.
  void check_unchanged() const { file_.check_unchanged(); }

 private:
  explicit Gguf(base::MappedFile file) : file_(std::move(file)) {}
  const MetadataEntry* find(std::string_view key) const;

  base::MappedFile file_;
  std::vector<MetadataEntry> metadata_;
  std::vector<Tensor> tensors_;
  std::map<std::string_view, size_t> metadata_index_;
  std::map<std::string_view, size_t> tensor_index_;
};

}  // namespace winnow::engine
