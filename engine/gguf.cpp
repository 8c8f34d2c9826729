#include "engine/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "base/byte_reader.h"
#include "base/error.h"
#include "engine/gguf_types.h"

namespace winnow::engine {
namespace {

using base::ByteReader;

constexpr uint32_t kVersion = 3;
constexpr uint32_t kMinAlignment = 8;  // so that float tensors may be read in place
constexpr uint64_t kMaxKeyBytes = 65535;
constexpr uint64_t kMaxTensorNameBytes = 64;
constexpr uint32_t kMaxDimensions = 4;
constexpr int kMaxArrayDepth = 8;

// What an entry takes in the file at least: a count of more entries than fit is a lie.
constexpr uint64_t kMinMetadataEntryBytes = 8 + 4 + 1;
constexpr uint64_t kMinTensorEntryBytes = 8 + 4 + 8 + 4 + 8;
constexpr uint64_t kMinStringBytes = 8;
constexpr uint64_t kMinArrayBytes = 4 + 8;

std::string_view read_string(ByteReader& in, std::string_view what) {
  const auto length = in.read<uint64_t>(what);
  return in.take_string(length, what);
}

// A key or a tensor's name: short enough to be repeated in a message.
std::string_view read_name(ByteReader& in, std::string_view what, uint64_t limit_bytes) {
  const auto length = in.read<uint64_t>(what);
  if (length == 0 || length > limit_bytes)
    throw base::Error(in.subject(), fmt::format("{} at byte {} has {} bytes, expected 1 to {}",
                                                what, in.position() - 8, length, limit_bytes));
  return in.take_string(length, what);
}

void check_boolean(std::byte value, const ByteReader& in, std::string_view what) {
  if (std::to_integer<int>(value) > 1)
    throw base::Error(in.subject(), fmt::format("{} holds a boolean of {}, expected 0 or 1", what,
                                                std::to_integer<int>(value)));
}

ValueType read_value_type(ByteReader& in, std::string_view what) {
  const auto type = in.read<uint32_t>(what);
  if (type > static_cast<uint32_t>(ValueType::f64))
    throw base::Error(in.subject(), fmt::format("{} has the unknown type {}", what, type));
  return static_cast<ValueType>(type);
}

// Walks over an array and checks all of it. Fixed-size elements are skipped in one step.
Array read_array(ByteReader& in, std::span<const std::byte> all, std::string_view what, int depth) {
  if (depth > kMaxArrayDepth)
    throw base::Error(in.subject(),
                      fmt::format("{} nests arrays more than {} deep", what, kMaxArrayDepth));
  Array array{read_value_type(in, what), in.read<uint64_t>(what), {}};
  const size_t begin = in.position();
  const uint64_t element_bytes = fixed_size_bytes(array.element_type);
  const uint64_t least = element_bytes != 0                        ? element_bytes
                         : array.element_type == ValueType::string ? kMinStringBytes
                                                                   : kMinArrayBytes;
  if (array.count > in.remaining() / least)
    throw base::Error(in.subject(), fmt::format("{} claims {} elements, more than the file holds",
                                                what, array.count));
  if (element_bytes != 0) {
    const auto bytes = in.take(array.count * element_bytes, what);
    if (array.element_type == ValueType::boolean)
      for (const std::byte value : bytes) check_boolean(value, in, what);
  } else {
    for (uint64_t i = 0; i < array.count; ++i) {
      if (array.element_type == ValueType::string)
        read_string(in, what);
      else
        read_array(in, all, what, depth + 1);
    }
  }
  array.bytes = all.subspan(begin, in.position() - begin);
  return array;
}

template <class Held, class Stored>
Value number(ByteReader& in, std::string_view what) {
  return Held{in.read<Stored>(what)};
}

Value read_number(ByteReader& in, ValueType type, std::string_view what) {
  using Reader = Value (*)(ByteReader&, std::string_view);
  constexpr std::pair<ValueType, Reader> kReaders[] = {
      {ValueType::u8, number<uint64_t, uint8_t>},   {ValueType::i8, number<int64_t, int8_t>},
      {ValueType::u16, number<uint64_t, uint16_t>}, {ValueType::i16, number<int64_t, int16_t>},
      {ValueType::u32, number<uint64_t, uint32_t>}, {ValueType::i32, number<int64_t, int32_t>},
      {ValueType::u64, number<uint64_t, uint64_t>}, {ValueType::i64, number<int64_t, int64_t>},
      {ValueType::f32, number<double, float>},      {ValueType::f64, number<double, double>}};
  for (const auto& [known, read] : kReaders)
    if (known == type) return read(in, what);
  return {};
}

Value read_value(ByteReader& in, std::span<const std::byte> all, ValueType type,
                 std::string_view what) {
  if (type == ValueType::string) return read_string(in, what);
  if (type == ValueType::array) return read_array(in, all, what, 1);
  if (type != ValueType::boolean) return read_number(in, type, what);
  const std::byte value = in.take(1, what)[0];
  check_boolean(value, in, what);
  return value == std::byte{1};
}

MetadataEntry read_metadata_entry(ByteReader& in, std::span<const std::byte> all) {
  MetadataEntry entry;
  entry.key = read_name(in, "a key", kMaxKeyBytes);
  const std::string what = fmt::format("key {}", entry.key);
  entry.type = read_value_type(in, what);
  entry.value = read_value(in, all, entry.type, what);
  return entry;
}

// A tensor of the table, its data not yet placed: that needs the end of the table.
struct TensorEntry {
  Tensor tensor;
  uint64_t offset;  // from the start of the data
  uint64_t size_bytes;
};

TensorEntry read_tensor_entry(ByteReader& in) {
  TensorEntry entry;
  entry.tensor.name = read_name(in, "a tensor's name", kMaxTensorNameBytes);
  const std::string what = fmt::format("tensor {}", entry.tensor.name);
  const auto fail = [&](std::string_view problem) {
    throw base::Error(in.subject(), fmt::format("{} {}", what, problem));
  };
  const auto dimensions = in.read<uint32_t>(what);
  if (dimensions == 0 || dimensions > kMaxDimensions)
    fail(fmt::format("has {} dimensions, expected 1 to {}", dimensions, kMaxDimensions));
  for (uint32_t i = 0; i < dimensions; ++i) entry.tensor.shape.push_back(in.read<uint64_t>(what));
  const auto& shape = entry.tensor.shape;
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end())
    fail(fmt::format("has a zero in its shape [{}]", shape_text(shape)));

  const auto type = in.read<uint32_t>(what);
  entry.tensor.type = static_cast<TensorType>(type);
  if (!is_supported(entry.tensor.type))
    fail(fmt::format("has the type {}, expected {}", ggml_type_name(type), supported_types()));
  if (shape[0] % block_elements(entry.tensor.type) != 0)
    fail(fmt::format("has rows of {} elements, which is no multiple of {}'s blocks of {}", shape[0],
                     name(entry.tensor.type), block_elements(entry.tensor.type)));
  const auto size_bytes = tensor_size_bytes(entry.tensor.type, shape);
  if (!size_bytes) fail(fmt::format("has the impossible shape [{}]", shape_text(shape)));
  entry.size_bytes = *size_bytes;
  entry.offset = in.read<uint64_t>(what);
  return entry;
}

void read_magic_and_version(ByteReader& in) {
  const std::string_view magic = in.take_string(4, "the magic");
  if (magic == "FUGG") throw base::Error(in.subject(), "big-endian GGUF is not supported");
  if (magic != "GGUF") throw base::Error(in.subject(), "not a GGUF file");
  const auto version = in.read<uint32_t>("the version");
  if (version != 0 && (version & 0xFFFF) == 0)
    throw base::Error(in.subject(), "big-endian GGUF is not supported");
  if (version != kVersion)
    throw base::Error(in.subject(), fmt::format("GGUF version {} is not supported, expected {}",
                                                version, kVersion));
}

uint64_t read_count(ByteReader& in, std::string_view what, uint64_t least_bytes) {
  const auto count = in.read<uint64_t>("the header");
  if (count > in.remaining() / least_bytes)
    throw base::Error(in.subject(),
                      fmt::format("claims {} {}, more than the file holds", count, what));
  return count;
}

// Points each tensor at its data, which starts at the first aligned byte after the tables.
std::vector<Tensor> place_tensors(std::vector<TensorEntry> entries, const ByteReader& in,
                                  std::span<const std::byte> all, uint64_t alignment) {
  const uint64_t data_begin = (in.position() + alignment - 1) / alignment * alignment;
  const uint64_t data_bytes = data_begin < all.size() ? all.size() - data_begin : 0;
  const auto fail = [&](const TensorEntry& entry, std::string_view problem) {
    throw base::Error(in.subject(), fmt::format("tensor {} {}", entry.tensor.name, problem));
  };
  std::vector<Tensor> tensors;
  for (TensorEntry& entry : entries) {
    if (entry.offset % alignment != 0)
      fail(entry,
           fmt::format("has the offset {}, which is not aligned to {}", entry.offset, alignment));
    if (entry.offset > data_bytes || entry.size_bytes > data_bytes - entry.offset)
      fail(entry, "lies beyond the end of the file");
    entry.tensor.bytes = all.subspan(data_begin + entry.offset, entry.size_bytes);
    tensors.push_back(entry.tensor);
  }
  std::sort(entries.begin(), entries.end(),
            [](const TensorEntry& a, const TensorEntry& b) { return a.offset < b.offset; });
  for (size_t i = 1; i < entries.size(); ++i)
    if (entries[i].offset - entries[i - 1].offset < entries[i - 1].size_bytes)
      fail(entries[i], fmt::format("overlaps tensor {}", entries[i - 1].tensor.name));
  return tensors;
}

}  // namespace

Gguf Gguf::open(const std::string& path) {
  Gguf file{base::MappedFile(path)};
  const auto all = file.file_.bytes();
  ByteReader in(all, path);
  read_magic_and_version(in);
  const uint64_t tensor_count = read_count(in, "tensors", kMinTensorEntryBytes);
  const uint64_t metadata_count = read_count(in, "metadata entries", kMinMetadataEntryBytes);

  for (uint64_t i = 0; i < metadata_count; ++i) {
    file.metadata_.push_back(read_metadata_entry(in, all));
    const std::string_view key = file.metadata_.back().key;
    if (!file.metadata_index_.emplace(key, i).second)
      throw base::Error(path, fmt::format("key {} occurs twice", key));
  }
  const uint32_t alignment = file.u32("general.alignment", kDefaultAlignment);
  if (!std::has_single_bit(alignment) || alignment < kMinAlignment)
    throw base::Error(path, fmt::format("the alignment {} is no power of two of at least {}",
                                        alignment, kMinAlignment));

  std::vector<TensorEntry> entries;
  for (uint64_t i = 0; i < tensor_count; ++i) {
    entries.push_back(read_tensor_entry(in));
    const std::string_view tensor = entries.back().tensor.name;
    if (!file.tensor_index_.emplace(tensor, i).second)
      throw base::Error(path, fmt::format("tensor {} occurs twice", tensor));
  }
  file.tensors_ = place_tensors(std::move(entries), in, all, alignment);
  return file;
}

}  // namespace winnow::engine
