#include "engine/gguf.h"

#include <sys/resource.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <limits>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "engine/gguf_writer.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace fs = std::filesystem;
using namespace winnow::engine;
using winnow::base::Error;

namespace {

// Encodes a file by hand, so that it can say what the writer never would.
struct Bytes {
  std::string text;
  template <class T>
  Bytes& put(T value) {
    text.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Bytes& raw(std::string_view value) {
    text += value;
    return *this;
  }
  Bytes& string(std::string_view value) { return put<uint64_t>(value.size()).raw(value); }
  Bytes& key(std::string_view key, ValueType type) { return string(key).put(type); }
  Bytes& tensor(std::string_view name, std::vector<uint64_t> shape, uint32_t type,
                uint64_t offset) {
    string(name).put(static_cast<uint32_t>(shape.size()));
    for (const uint64_t dimension : shape) put(dimension);
    return put(type).put(offset);
  }
  // Zeros up to the next multiple of 32, where the data starts, then `size_bytes` of data.
  Bytes& data(size_t size_bytes) {
    text.resize((text.size() + 31) / 32 * 32 + size_bytes);
    return *this;
  }
};

Bytes header(uint64_t tensor_count, uint64_t metadata_count) {
  return Bytes().raw("GGUF").put<uint32_t>(3).put(tensor_count).put(metadata_count);
}

// The problem of a file with these bytes; its message must start with the path.
std::string problem(const Bytes& bytes) {
  Scratch scratch;
  const std::string path = scratch / "bad.gguf";
  winnow::base::write_file(path, bytes.text);
  try {
    Gguf::open(path);
  } catch (const Error& error) {
    const std::string what = error.what();
    REQUIRE(what.starts_with(path + ": "));
    return what.substr(path.size() + 2);
  }
  return "none";
}

const std::vector<float> kNorm{0.5f, -1.5f, 2.25f, 3};
const std::vector<uint16_t> kHalves(8, 0x3C00);

// Two rows of two blocks: as many bytes as 32 aligns, so that the file ends with its data.
std::vector<std::byte> q8_0_rows() {
  std::vector<std::byte> rows(16 * 34);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::byte>(i * 7);
  return rows;
}

// One entry of every metadata type, arrays of several kinds and one tensor of each type.
void write_good_file(const std::string& path) {
  GgufWriter writer;
  writer.add<uint8_t>("t.u8", 200);
  writer.add<int8_t>("t.i8", -100);
  writer.add<uint16_t>("t.u16", 60000);
  writer.add<int16_t>("t.i16", -30000);
  writer.add<uint32_t>("t.u32", 4000000000);
  writer.add<int32_t>("t.i32", -2000000000);
  writer.add<float>("t.f32", 1.5f);
  writer.add<bool>("t.bool", true);
  writer.add_string("t.string", "caf\xc3\xa9");
  writer.add<uint64_t>("t.u64", std::numeric_limits<uint64_t>::max());
  writer.add<int64_t>("t.i64", std::numeric_limits<int64_t>::min());
  writer.add<double>("t.f64", 0.1);
  const std::array<std::string_view, 3> strings{"a", "", "ccc"};
  writer.add_strings("t.strings", strings);
  writer.add_array<float>("t.floats", std::array{1.f, -2.f});
  writer.add_array<int32_t>("t.ints", std::array{-1, 7});
  writer.add_array<uint32_t>("t.uints", std::array{1u, 7u});
  writer.add_array<bool>("t.bools", std::array{true, false});
  writer.add_array<uint64_t>("t.empty", std::span<const uint64_t>{});
  const auto inner = Bytes().put(ValueType::u8).put<uint64_t>(1).raw("x").text;
  writer.add_array("t.nested", ValueType::array, 1, std::as_bytes(std::span(inner)));

  static const auto rows = q8_0_rows();
  writer.add_tensor("norm", TensorType::f32, {4}, std::as_bytes(std::span(kNorm)));
  writer.add_tensor("half", TensorType::f16, {4, 2}, std::as_bytes(std::span(kHalves)));
  writer.add_tensor("q", TensorType::q8_0, {64, 8}, [](GgufWriter::Sink sink) {
    sink(std::span(rows).first(100));
    sink(std::span(rows).subspan(100));
  });
  writer.write(path);
}

bool same_bytes(std::span<const std::byte> left, std::span<const std::byte> right) {
  return std::ranges::equal(left, right);
}

}  // namespace

TEST_CASE("the reader gives back what the writer was given, for every type") {
  Scratch scratch;
  const std::string path = scratch / "good.gguf";
  write_good_file(path);
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
  const Gguf opened = Gguf::open(path);
  Gguf moved = Gguf(Gguf::open(path));
  for (const Gguf* file : {&opened, static_cast<const Gguf*>(&moved)}) {
    CHECK(file->path() == path);
    CHECK(file->size_bytes() == fs::file_size(path));
    REQUIRE(file->metadata().size() == 19);
    const auto value = [&](size_t i) { return file->metadata()[i].value; };
    CHECK(std::get<uint64_t>(value(0)) == 200);
    CHECK(std::get<int64_t>(value(1)) == -100);
    CHECK(std::get<uint64_t>(value(2)) == 60000);
    CHECK(std::get<int64_t>(value(3)) == -30000);
    CHECK(file->u32("t.u32") == 4000000000);
    CHECK(std::get<int64_t>(value(5)) == -2000000000);
    CHECK(file->f32("t.f32") == 1.5f);
    CHECK(file->boolean("t.bool", false));
    CHECK(file->string("t.string") == "caf\xc3\xa9");
    CHECK(std::get<uint64_t>(value(9)) == std::numeric_limits<uint64_t>::max());
    CHECK(std::get<int64_t>(value(10)) == std::numeric_limits<int64_t>::min());
    CHECK(std::get<double>(value(11)) == 0.1);
    CHECK(file->strings("t.strings") == std::vector<std::string_view>{"a", "", "ccc"});
    CHECK(file->floats("t.floats") == std::vector<float>{1, -2});
    CHECK(file->ints("t.ints") == std::vector<int32_t>{-1, 7});
    CHECK(file->ints("t.uints") == std::vector<int32_t>{1, 7});
    CHECK(std::get<Array>(value(16)).count == 2);
    CHECK(std::get<Array>(value(17)).bytes.empty());
    CHECK(std::get<Array>(value(18)).bytes.size() == 13);

    REQUIRE(file->tensors().size() == 3);
    const std::array<uint64_t, 1> norm_shape{4};
    const Tensor& norm = file->tensor("norm", TensorType::f32, norm_shape);
    CHECK(same_bytes(norm.bytes, std::as_bytes(std::span(kNorm))));
    CHECK(same_bytes(file->find_tensor("half")->bytes, std::as_bytes(std::span(kHalves))));
    CHECK(file->find_tensor("q")->shape == std::vector<uint64_t>{64, 8});
    CHECK(same_bytes(file->find_tensor("q")->bytes, q8_0_rows()));
  }
}

TEST_CASE("an alignment other than 32 is written, read and kept") {
  Scratch scratch;
  GgufWriter writer(128);
  for (const char* name : {"a", "b"})
    writer.add_tensor(name, TensorType::f32, {4}, std::as_bytes(std::span(kNorm)));
  writer.write(scratch / "128.gguf");
  const Gguf file = Gguf::open(scratch / "128.gguf");
  CHECK(file.u32("general.alignment") == 128);
  CHECK(file.tensors()[1].bytes.data() - file.tensors()[0].bytes.data() == 128);
  CHECK(reinterpret_cast<uintptr_t>(file.tensors()[0].bytes.data()) % 128 == 0);
}

TEST_CASE("an accessor names the key or tensor and what was expected of it") {
  Scratch scratch;
  const std::string path = scratch / "good.gguf";
  write_good_file(path);
  const Gguf file = Gguf::open(path);
  CHECK_THROWS_WITH(file.u32("none"), path + ": key none is missing");
  CHECK_THROWS_WITH(file.f32("none"), path + ": key none is missing");
  CHECK_THROWS_WITH(file.string("none"), path + ": key none is missing");
  CHECK_THROWS_WITH(file.strings("none"), path + ": key none is missing");
  CHECK_THROWS_WITH(file.ints("none"), path + ": key none is missing");
  CHECK(file.u32("none", 5) == 5);
  CHECK(file.f32("none", 2.5f) == 2.5f);
  CHECK(file.boolean("none", true));
  CHECK(file.string("none", "x") == "x");
  CHECK_THROWS_WITH(file.u32("t.i32", 1), path + ": key t.i32 has type i32, expected u32");
  CHECK_THROWS_WITH(file.f32("t.f64"), path + ": key t.f64 has type f64, expected f32");
  CHECK_THROWS_WITH(file.boolean("t.u8", true), path + ": key t.u8 has type u8, expected bool");
  CHECK_THROWS_WITH(file.string("t.u8"), path + ": key t.u8 has type u8, expected string");
  CHECK_THROWS_WITH(file.strings("t.ints"),
                    path + ": key t.ints has type array of i32, expected array of string");
  CHECK_THROWS_WITH(file.floats("t.f32"), path + ": key t.f32 has type f32, expected array of f32");
  CHECK_THROWS_WITH(file.ints("t.floats"),
                    path + ": key t.floats has type array of f32, expected array of i32");

  const std::array<uint64_t, 2> shape{8, 64};
  CHECK(file.find_tensor("none") == nullptr);
  CHECK_THROWS_WITH(file.tensor("none", TensorType::f32, shape), path + ": tensor none is missing");
  CHECK_THROWS_WITH(file.tensor("q", TensorType::f32, shape),
                    path + ": tensor q has type q8_0, expected f32");
  CHECK_THROWS_WITH(file.tensor("q", TensorType::q8_0, shape),
                    path + ": tensor q has shape [64, 8], expected [8, 64]");
}

TEST_CASE("unsigned elements that do not fit are refused") {
  Scratch scratch;
  GgufWriter writer;
  writer.add_array<uint32_t>("ids", std::array{1u, 3000000000u});
  writer.write(scratch / "ids.gguf");
  CHECK_THROWS_WITH(
      Gguf::open(scratch / "ids.gguf").ints("ids"),
      (scratch / "ids.gguf") + ": key ids holds 3000000000, expected at most 2147483647");
}

TEST_CASE("every prefix of a good file is refused") {
  Scratch scratch;
  const std::string path = scratch / "good.gguf";
  write_good_file(path);
  const std::string whole = winnow::base::read_file(path);
  for (size_t size = 0; size < whole.size(); ++size) {
    INFO("prefix of " << size << " bytes");
    CHECK(problem(Bytes().raw(std::string_view(whole).substr(0, size))) != "none");
  }
}

TEST_CASE("no corrupt byte of the header or the tables does harm") {
  Scratch scratch;
  const std::string path = scratch / "good.gguf";
  write_good_file(path);
  const std::string whole = winnow::base::read_file(path);
  const size_t tables = whole.size() - 16 * 34 - 2 * 32;
  size_t refused = 0;
  for (size_t i = 0; i < tables; ++i) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      Bytes corrupt{whole};
      corrupt.text[i] = static_cast<char>(corrupt.text[i] ^ change);
      winnow::base::write_file(path, corrupt.text);
      try {
        const Gguf file = Gguf::open(path);
        for (const MetadataEntry& entry : file.metadata())
          if (const auto* array = std::get_if<Array>(&entry.value);
              array != nullptr && array->element_type == ValueType::string)
            CHECK(file.strings(entry.key).size() == array->count);
        for (const Tensor& tensor : file.tensors())
          CHECK(std::accumulate(tensor.bytes.begin(), tensor.bytes.end(), 0,
                                [](int sum, std::byte b) { return sum + int(b); }) >= 0);
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  CHECK(refused > tables);
}

TEST_CASE("a file that is not a little-endian GGUF 3 is refused") {
  CHECK(problem(Bytes().raw("PK\x03\x04 something else")) == "not a GGUF file");
  CHECK(problem(Bytes().raw("GGML").put<uint32_t>(3)) == "not a GGUF file");
  CHECK(problem(Bytes().raw("FUGG").put<uint32_t>(3)) == "big-endian GGUF is not supported");
  CHECK(problem(Bytes().raw("GGUF").put<uint32_t>(0x03000000)) ==
        "big-endian GGUF is not supported");
  for (const uint32_t version : {0u, 1u, 2u, 4u})
    CHECK(problem(Bytes().raw("GGUF").put(version).data(32)) ==
          "GGUF version " + std::to_string(version) + " is not supported, expected 3");
}

TEST_CASE("counts and lengths that the file cannot hold are refused at once") {
  constexpr uint64_t huge = uint64_t{1} << 62;
  CHECK(problem(header(huge, 0).data(64)) ==
        "claims 4611686018427387904 tensors, more than the file holds");
  CHECK(problem(header(0, huge).data(64)) ==
        "claims 4611686018427387904 metadata entries, more than the file holds");
  CHECK(problem(header(0, 1).put(huge).data(64)) ==
        "a key at byte 24 has 4611686018427387904 bytes, expected 1 to 65535");
  CHECK(problem(header(0, 1).key("", ValueType::u8).put<uint8_t>(1)) ==
        "a key at byte 24 has 0 bytes, expected 1 to 65535");
  CHECK(problem(header(0, 1).key("k", ValueType::string).put(huge).data(64)) ==
        "cut short at byte 128, while reading key k");
  for (const auto type : {ValueType::u8, ValueType::f64, ValueType::string, ValueType::array})
    CHECK(problem(header(0, 1).key("k", ValueType::array).put(type).put(huge).data(64)) ==
          "key k claims 4611686018427387904 elements, more than the file holds");
  CHECK(problem(header(1, 0).string(std::string(65, 'n')).data(64)) ==
        "a tensor's name at byte 24 has 65 bytes, expected 1 to 64");
}

TEST_CASE("wrong metadata is refused") {
  const auto u8 = [](Bytes bytes, const char* key) {
    return bytes.key(key, ValueType::u8).put<uint8_t>(1);
  };
  CHECK(problem(u8(u8(header(0, 2), "k"), "k")) == "key k occurs twice");
  CHECK(problem(header(0, 1).key("k", ValueType{13}).data(8)) == "key k has the unknown type 13");
  CHECK(problem(header(0, 1).key("k", ValueType::array).put<uint32_t>(99).data(8)) ==
        "key k has the unknown type 99");
  CHECK(problem(header(0, 1).key("k", ValueType::boolean).put<uint8_t>(2)) ==
        "key k holds a boolean of 2, expected 0 or 1");
  CHECK(problem(header(0, 1)
                    .key("k", ValueType::array)
                    .put(ValueType::boolean)
                    .put<uint64_t>(2)
                    .put<uint8_t>(1)
                    .put<uint8_t>(255)) == "key k holds a boolean of 255, expected 0 or 1");

  Bytes nested = header(0, 1).key("k", ValueType::array);
  for (int depth = 0; depth < 100; ++depth) nested.put(ValueType::array).put<uint64_t>(1);
  CHECK(problem(nested.data(64)) == "key k nests arrays more than 8 deep");

  for (const uint32_t alignment : {0u, 4u, 48u})
    CHECK(problem(header(0, 1).key("general.alignment", ValueType::u32).put(alignment)) ==
          "the alignment " + std::to_string(alignment) + " is no power of two of at least 8");
  CHECK(problem(header(0, 1).key("general.alignment", ValueType::u64).put<uint64_t>(32)) ==
        "key general.alignment has type u64, expected u32");
}

TEST_CASE("wrong tensors are refused") {
  const auto tensor = [](std::vector<uint64_t> shape, uint32_t type, uint64_t offset,
                         size_t data_bytes) {
    return problem(header(1, 0).tensor("t", std::move(shape), type, offset).data(data_bytes));
  };
  constexpr uint64_t half = uint64_t{1} << 32;
  CHECK(tensor({4}, 0, 0, 16) == "none");
  CHECK(tensor({}, 0, 0, 64) == "tensor t has 0 dimensions, expected 1 to 4");
  CHECK(tensor({1, 1, 1, 1, 1}, 0, 0, 64) == "tensor t has 5 dimensions, expected 1 to 4");
  CHECK(tensor({4, 0}, 0, 0, 64) == "tensor t has a zero in its shape [4, 0]");
  CHECK(tensor({half, half}, 0, 0, 64) ==
        "tensor t has the impossible shape [4294967296, 4294967296]");
  CHECK(tensor({half, half, half, half}, 8, 0, 64) ==
        "tensor t has the impossible shape [4294967296, 4294967296, 4294967296, 4294967296]");
  const std::string expected = ", expected f32, f16, bf16, q8_0 or q4_0";
  CHECK(tensor({4}, 3, 0, 64) == "tensor t has the type q4_1" + expected);
  CHECK(tensor({4}, 14, 0, 64) == "tensor t has the type q6_k" + expected);
  CHECK(tensor({4}, 1000, 0, 64) == "tensor t has the type number 1000" + expected);
  CHECK(tensor({32, 2}, 2, 0, 64) == "none");
  CHECK(tensor({4}, 30, 0, 64) == "none");
  CHECK(tensor({16, 4}, 2, 0, 64) ==
        "tensor t has rows of 16 elements, which is no multiple of q4_0's blocks of 32");
  CHECK(tensor({48, 2}, 8, 0, 200) ==
        "tensor t has rows of 48 elements, which is no multiple of q8_0's blocks of 32");
  CHECK(tensor({4}, 0, 8, 64) == "tensor t has the offset 8, which is not aligned to 32");
  CHECK(tensor({4}, 0, 0, 15) == "tensor t lies beyond the end of the file");
  CHECK(tensor({4}, 0, 64, 64) == "tensor t lies beyond the end of the file");
  CHECK(tensor({4}, 0, ~uint64_t{31}, 64) == "tensor t lies beyond the end of the file");

  CHECK(problem(header(2, 0).tensor("t", {4}, 0, 0).tensor("t", {4}, 0, 32).data(64)) ==
        "tensor t occurs twice");
  CHECK(problem(header(2, 0).tensor("t", {4}, 0, 32).tensor("u", {16}, 0, 0).data(64)) ==
        "tensor t overlaps tensor u");
}

TEST_CASE("a hostile key or path cannot break the message's line") {
  CHECK(problem(header(0, 1).key("a\nb", ValueType{77}).data(8)) ==
        "key a\\x0ab has the unknown type 77");
}

TEST_CASE("a failed write leaves the old file and nothing else") {
  Scratch scratch;
  const std::string path = scratch / "model.gguf";
  winnow::base::write_file(path, "old");
  GgufWriter writer;
  writer.add_tensor("t", TensorType::f32, {8}, std::as_bytes(std::span(kNorm)));
  CHECK_THROWS_WITH(writer.write(path), path + ": tensor t got 16 bytes, its shape needs 32");
  CHECK(winnow::base::read_file(path) == "old");
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
  CHECK_THROWS_AS(GgufWriter().write(scratch / "no/folder"), Error);
  CHECK_THROWS_AS(GgufWriter().write(scratch.path()), Error);
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
}

TEST_CASE("a full disk is one error that leaves nothing behind") {
  Scratch scratch;
  GgufWriter writer;
  const std::vector<float> weights(10000);
  writer.add_tensor("t", TensorType::f32, {10000}, std::as_bytes(std::span(weights)));
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit small{20000, limit.rlim_max};
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string message;
  try {
    writer.write(scratch / "model.gguf");
  } catch (const Error& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, old_handler);
  CHECK(message == (scratch / "model.gguf") + ": File too large");
  CHECK(fs::is_empty(scratch.path()));
}
