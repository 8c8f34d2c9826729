#include "engine/tensor_check.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "engine/embedder.h"
#include "engine/synthetic_model.h"
#include "tests/catch.h"
#include "tests/engine/changed_model.h"
#include "tests/scratch.h"

namespace winnow::engine {
namespace {

// A sound model with a tensor of each kind there is.
struct SoundModel {
  Scratch folder;
  std::string path = folder / "sound.gguf";
  std::string damaged = folder / "damaged.gguf";

  SoundModel() {
    write_synthetic_model(folder / "tiny.gguf", SyntheticShape::tiny, 7);
    write_changed(folder / "tiny.gguf", path,
                  {.tensors = {dense("dense_2.weight", TensorType::q8_0, 64, 128),
                               dense("dense_3.weight", TensorType::f32, 128, 64)}});
  }
};

const SoundModel& sound() {
  static const SoundModel model;
  return model;
}

const std::vector<std::string> kKinds = {"token_embd",
                                         "output_norm",
                                         "blk.1.attn_norm",
                                         "blk.1.attn_q",
                                         "blk.1.attn_k",
                                         "blk.1.attn_v",
                                         "blk.1.attn_q_norm",
                                         "blk.1.attn_k_norm",
                                         "blk.1.attn_output",
                                         "blk.1.post_attention_norm",
                                         "blk.1.ffn_norm",
                                         "blk.1.ffn_gate",
                                         "blk.1.ffn_up",
                                         "blk.1.ffn_down",
                                         "blk.1.post_ffw_norm",
                                         "dense_2",
                                         "dense_3"};

// The float, or the scale of the Q8_0 block, in the middle of the tensor.
void put_number(const Tensor& tensor, std::span<std::byte> bytes, float value) {
  if (tensor.type == TensorType::f32) {
    std::memcpy(bytes.data() + bytes.size() / 8 * 4, &value, sizeof value);
  } else {
    const uint16_t half = kernels::float_to_half(value);
    std::memcpy(bytes.data() + bytes.size() / 34 / 2 * 34, &half, sizeof half);
  }
}

size_t row_size(const Tensor& tensor, std::span<const std::byte> bytes) {
  return tensor.shape.size() == 1 ? bytes.size() : bytes.size() / tensor.shape[1];
}

struct DamageKind {
  const char* name;
  void (*inflict)(const Tensor& tensor, std::span<std::byte> bytes);
  const char* message;
};
constexpr float kInfinity = std::numeric_limits<float>::infinity();
const DamageKind kDamages[] = {
    {"nan",
     [](const Tensor& tensor, std::span<std::byte> bytes) {
       put_number(tensor, bytes, std::numeric_limits<float>::quiet_NaN());
     },
     " of nan"},
    {"inf",
     [](const Tensor& tensor, std::span<std::byte> bytes) { put_number(tensor, bytes, kInfinity); },
     " of inf"},
    {"-inf",
     [](const Tensor& tensor, std::span<std::byte> bytes) {
       put_number(tensor, bytes, -kInfinity);
     },
     " of -inf"},
    {"a row of zeros",
     [](const Tensor& tensor, std::span<std::byte> bytes) {
       const size_t size = row_size(tensor, bytes);
       const size_t row = bytes.size() / size / 2;
       std::memset(bytes.data() + row * size, 0, size);
     },
     " zero"},
    {"all zeros",
     [](const Tensor&, std::span<std::byte> bytes) { std::memset(bytes.data(), 0, bytes.size()); },
     "all its weights are zero"},
    {"all scales zero",
     [](const Tensor& tensor, std::span<std::byte> bytes) {
       const size_t step = block_bytes(tensor.type), size = tensor.type == TensorType::f32 ? 4 : 2;
       for (size_t at = 0; at < bytes.size(); at += step) std::memset(bytes.data() + at, 0, size);
     },
     "all its weights are zero"},
};

std::string load_problem(const std::string& path) {
  try {
    Model::load(path, "auto");
    return "loaded";
  } catch (const base::Error& error) {
    return error.what();
  }
}

TEST_CASE("each kind of damage in each kind of tensor is one error that names the tensor") {
  const std::string& damaged = sound().damaged;
  REQUIRE(load_problem(sound().path) == "loaded");
  for (const std::string& kind : kKinds)
    for (const DamageKind& damage : kDamages) {
      const std::string tensor = kind + ".weight";
      INFO(tensor << ": " << damage.name);
      size_t inflicted = 0;
      write_patched(sound().path, damaged, tensor,
                    [&](const Tensor& of, std::span<std::byte> bytes) {
                      damage.inflict(of, bytes);
                      ++inflicted;
                    });
      REQUIRE(inflicted == 1);
      const std::string problem = load_problem(damaged);
      if (kind == "token_embd" && damage.name == std::string("a row of zeros")) {
        CHECK(problem == "loaded");  // see below
        continue;
      }
      CHECK(problem.starts_with(fmt::format("{}: tensor {} is damaged: ", damaged, tensor)));
      CHECK(problem.find(damage.message) != std::string::npos);
      CHECK(problem.find('\n') == std::string::npos);
    }
}

std::string embed_problem(const Model& model, const std::vector<std::string>& texts) {
  const auto scheduler = find_scheduler("packed").make({2});
  Embedder embedder(model, *scheduler);
  std::vector<float> rows(texts.size() * 64);
  try {
    embedder.embed(texts, rows);
    return "none";
  } catch (const TextError& error) {
    return fmt::format("{}: {}", error.text(), error.problem());
  }
}

TEST_CASE("a token whose row is zeros is refused where a text has it, and told beforehand") {
  std::vector<int32_t> ids;
  Model::load(sound().path, "auto").tokenizer().encode("bread", ids);
  const size_t token = static_cast<size_t>(ids.at(1));
  const auto zero_row = [&](const Tensor& tensor, std::span<std::byte> bytes) {
    const size_t size = row_size(tensor, bytes);
    std::memset(bytes.data() + token * size, 0, size);
  };
  write_patched(sound().path, sound().damaged, "token_embd.weight", zero_row);
  const Model model = Model::load(sound().damaged, "auto");
  REQUIRE(model.warnings().size() == 1);
  CHECK(model.warnings()[0].find("1 rows of tensor token_embd.weight hold zeros") !=
        std::string::npos);
  CHECK(embed_problem(model, {"a river", "stone"}) == "none");
  const std::string problem = embed_problem(model, {"a river", "stone", "bread", "bread"});
  CHECK(problem.find(fmt::format("2: has the token {} (", token)) == 0);
}

// Zeros from `begin` on, as a download leaves that reserved its room at once.
void zero_tail(const std::string& from, const std::string& to, size_t begin) {
  std::string bytes = base::read_file(from);
  std::fill(bytes.begin() + static_cast<ptrdiff_t>(begin), bytes.end(), '\0');
  base::write_file(to, bytes);
}

TEST_CASE("a file whose tail is missing or zeros does not load") {
  const std::string& damaged = sound().damaged;
  const std::string bytes = base::read_file(sound().path);
  for (const size_t percent : {1, 5, 20, 50, 80}) {
    INFO(percent << " %");
    const size_t kept = bytes.size() - bytes.size() * percent / 100;
    zero_tail(sound().path, damaged, kept);
    CHECK(load_problem(damaged).find("is damaged: ") != std::string::npos);
    base::write_file(damaged, bytes.substr(0, kept));
    CHECK(load_problem(damaged).find("lies beyond the end of the file") != std::string::npos);
  }
}

TEST_CASE("where the token table is the last tensor, a zero tail never gives an embedding") {
  const Gguf file = Gguf::open(sound().path);
  const Tensor& table = *file.find_tensor("token_embd.weight");
  const std::string last = sound().folder / "table_last.gguf";
  write_changed(sound().path, last,
                {.without = {"token_embd.weight"},
                 .tensors = {{"token_embd.weight",
                              table.type,
                              table.shape,
                              {table.bytes.begin(), table.bytes.end()}}}});
  const size_t size = base::read_file(last).size();
  zero_tail(last, sound().damaged, size - table.bytes.size() / 5);
  const Model model = Model::load(sound().damaged, "auto");
  REQUIRE(model.warnings().size() == 1);
  CHECK(model.warnings()[0].find("rows of tensor token_embd.weight hold zeros") !=
        std::string::npos);
  std::vector<std::string> texts;  // one for each token of the tail that is a text of its own
  const auto& pieces = model.tokenizer().vocabulary().pieces;
  for (size_t id = pieces.size() - pieces.size() / 5 + 1; id < pieces.size(); id += 10) {
    std::vector<int32_t> ids;
    model.tokenizer().encode(pieces[id], ids);
    if (ids == std::vector<int32_t>{2, static_cast<int32_t>(id), 1}) texts.emplace_back(pieces[id]);
  }
  REQUIRE(texts.size() > 3);
  for (const std::string& text : texts)
    CHECK(embed_problem(model, {text}).find("0: has the token ") == 0);

  zero_tail(last, sound().damaged, size - table.bytes.size());
  CHECK(load_problem(sound().damaged).find("token_embd.weight is damaged: all its weights are") !=
        std::string::npos);
}

Tensor tensor_of(std::vector<float>& values, std::vector<uint64_t> shape) {
  return {"t", TensorType::f32, std::move(shape), std::as_bytes(std::span(values))};
}

TEST_CASE("a hole is a run of zeros as long as a sector, or as a row where that is shorter") {
  std::vector<float> values(768 * 4, 0.3f);
  CHECK(find_damage(tensor_of(values, {768, 4})) == std::nullopt);
  for (const size_t begin : {size_t{0}, size_t{1}, size_t{127}, size_t{700}, values.size() - 128}) {
    INFO(begin);
    std::vector<float> holed = values;
    std::fill_n(holed.begin() + static_cast<ptrdiff_t>(begin), 127, 0.0f);
    CHECK(find_damage(tensor_of(holed, {768, 4})) == std::nullopt);
    std::fill_n(holed.begin() + static_cast<ptrdiff_t>(begin), 128, 0.0f);
    CHECK(find_damage(tensor_of(holed, {768, 4})) ==
          fmt::format("512 bytes from row {} on are zero", begin / 768));
  }
  std::vector<float> narrow(32 * 4, 0.3f);
  std::fill_n(narrow.begin() + 64, 31, 0.0f);
  CHECK(find_damage(tensor_of(narrow, {32, 4})) == std::nullopt);
  narrow[95] = 0;
  CHECK(find_damage(tensor_of(narrow, {32, 4})) == "128 bytes from row 2 on are zero");
}

TEST_CASE("holes across the parts in which the token table is read are found") {
  const Scratch scratch;
  constexpr uint64_t kRows = 4096, kWidth = 256;  // parts of 1,024 rows
  std::vector<float> values(kRows * kWidth, 0.3f);
  std::fill_n(values.begin() + 1024 * kWidth - 64, 128, 0.0f);
  std::fill_n(values.begin() + 3000 * kWidth, 3 * kWidth, 0.0f);
  GgufWriter writer;
  writer.add_tensor("table", TensorType::f32, {kWidth, kRows}, std::as_bytes(std::span(values)));
  writer.write(scratch / "table.gguf");
  const Gguf file = Gguf::open(scratch / "table.gguf");
  const TokenTableCheck check = check_token_table(file, *file.find_tensor("table"));
  CHECK(check.damage == std::nullopt);
  CHECK(check.empty_row_count == 5);
  for (const size_t row : {1023, 1024, 3000, 3001, 3002}) CHECK(check.empty_rows.at(row));
}

TEST_CASE("an embedding without a finite length above zero never leaves the embedder") {
  const auto fill_norm = [&](float value) {
    write_patched(sound().path, sound().damaged, "output_norm.weight",
                  [&](const Tensor&, std::span<std::byte> bytes) {
                    for (size_t at = 0; at < bytes.size(); at += sizeof value)
                      std::memcpy(bytes.data() + at, &value, sizeof value);
                  });
    return embed_problem(Model::load(sound().damaged, "auto"), {"one", "two"});
  };
  const std::string no_length =
      "0: its embedding has no length that is a number: the model's weights are damaged";
  CHECK(fill_norm(1e-39f) == no_length);  // what it gives is zero for the dense projections
  CHECK(fill_norm(3e38f) == no_length);
  CHECK(fill_norm(1.0f) == "none");
}

}  // namespace
}  // namespace winnow::engine
