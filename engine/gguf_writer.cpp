#include "engine/gguf_writer.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/pending_file.h"
#include "engine/gguf_types.h"

namespace winnow::engine {
namespace {

template <class T>
void append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_string(std::string& out, std::string_view value) {
  append<uint64_t>(out, value.size());
  out += value;
}

void append_bytes(std::string& out, std::span<const std::byte> bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

uint64_t padding(uint64_t size_bytes, uint64_t alignment) {
  return (alignment - size_bytes % alignment) % alignment;
}

uint64_t size_or_throw(const std::string& tensor, TensorType type,
                       std::span<const uint64_t> shape) {
  const auto size_bytes = tensor_size_bytes(type, shape);
  if (!size_bytes) throw base::Error(tensor, "is too large for a file");
  return *size_bytes;
}

}  // namespace

GgufWriter::GgufWriter(uint32_t alignment) : alignment_(alignment) {
  if (alignment_ != kDefaultAlignment) add<uint32_t>("general.alignment", alignment_);
}

void GgufWriter::add_encoded(std::string_view key, ValueType type,
                             std::span<const std::byte> value) {
  append_string(metadata_, key);
  append(metadata_, type);
  append_bytes(metadata_, value);
  ++metadata_count_;
}

void GgufWriter::add_string(std::string_view key, std::string_view value) {
  std::string encoded;
  append_string(encoded, value);
  add_encoded(key, ValueType::string, std::as_bytes(std::span(encoded)));
}

void GgufWriter::add_strings(std::string_view key, std::span<const std::string_view> values) {
  std::string encoded;
  for (const std::string_view value : values) append_string(encoded, value);
  add_array(key, ValueType::string, values.size(), std::as_bytes(std::span(encoded)));
}

void GgufWriter::add_array(std::string_view key, ValueType element_type, uint64_t count,
                           std::span<const std::byte> encoded) {
  std::string value;
  append(value, element_type);
  append(value, count);
  append_bytes(value, encoded);
  add_encoded(key, ValueType::array, std::as_bytes(std::span(value)));
}

void GgufWriter::add_tensor(std::string name, TensorType type, std::vector<uint64_t> shape,
                            std::span<const std::byte> bytes) {
  add_tensor(std::move(name), type, std::move(shape), [bytes](Sink sink) { sink(bytes); });
}

void GgufWriter::add_tensor(std::string name, TensorType type, std::vector<uint64_t> shape,
                            Source source) {
  tensors_.push_back({std::move(name), type, std::move(shape), std::move(source)});
}

// Everything before the tensors' data, without the padding after it.
std::string GgufWriter::encoded_tables() const {
  std::string out = "GGUF";
  append<uint32_t>(out, 3);
  append<uint64_t>(out, tensors_.size());
  append<uint64_t>(out, metadata_count_);
  out += metadata_;
  uint64_t offset = 0;
  for (const PendingTensor& tensor : tensors_) {
    append_string(out, tensor.name);
    append<uint32_t>(out, static_cast<uint32_t>(tensor.shape.size()));
    for (const uint64_t dimension : tensor.shape) append(out, dimension);
    append(out, tensor.type);
    append(out, offset);
    const uint64_t size_bytes = size_or_throw(tensor.name, tensor.type, tensor.shape);
    offset += size_bytes + padding(size_bytes, alignment_);
  }
  return out;
}

void GgufWriter::write(const std::string& path) const {
  const std::string tables = encoded_tables();
  const std::vector<std::byte> zeros(alignment_);
  base::PendingFile file(path);
  file.write(std::as_bytes(std::span(tables)));
  file.write(std::span(zeros).first(padding(tables.size(), alignment_)));
  for (const PendingTensor& tensor : tensors_) {
    const uint64_t size_bytes = size_or_throw(tensor.name, tensor.type, tensor.shape);
    uint64_t written = 0;
    auto sink = [&](std::span<const std::byte> bytes) {
      file.write(bytes);
      written += bytes.size();
    };
    tensor.source(sink);
    if (written != size_bytes)
      throw base::Error(path, fmt::format("tensor {} got {} bytes, its shape needs {}", tensor.name,
                                          written, size_bytes));
    file.write(std::span(zeros).first(padding(size_bytes, alignment_)));
  }
  file.commit();
}

}  // namespace winnow::engine
