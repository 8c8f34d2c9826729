#include "engine/model.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "engine/synthetic_model.h"
#include "tests/catch.h"
#include "tests/engine/changed_model.h"
#include "tests/engine/forward_texts.h"
#include "tests/scratch.h"

namespace winnow::engine {
namespace {

struct Paths {
  Scratch folder;
  std::string tiny = folder / "tiny.gguf";
  std::string changed = folder / "changed.gguf";

  Paths() { write_synthetic_model(tiny, SyntheticShape::tiny, 7); }
};

const Paths& paths() {
  static const Paths paths;
  return paths;
}

TEST_CASE("a model tells its name, and warns where a real one lacks the dense projections") {
  const Model synthetic = Model::load(paths().tiny, "auto");
  CHECK(synthetic.synthetic());
  CHECK(synthetic.warnings().empty());
  CHECK(synthetic.file_size_bytes() == std::filesystem::file_size(paths().tiny));

  write_changed(paths().tiny, paths().changed, {.strings = {{"general.name", "Gemma"}}});
  const Model real = Model::load(paths().changed, "auto");
  CHECK(real.name() == "Gemma");
  CHECK_FALSE(real.synthetic());
  REQUIRE(real.warnings().size() == 1);
  CHECK(real.warnings()[0].find("dense") != std::string::npos);

  write_changed(paths().tiny, paths().changed,
                {.strings = {{"general.name", "Gemma"}},
                 .tensors = {dense("dense_2.weight", TensorType::q8_0, 64, 128),
                             dense("dense_3.weight", TensorType::f32, 128, 64)}});
  CHECK(Model::load(paths().changed, "auto").warnings().empty());
}

TEST_CASE("a missing rope.freq_base_swa means 10,000") {
  write_changed(paths().tiny, paths().changed, {.without = {"gemma-embedding.rope.freq_base_swa"}});
  const Model model = Model::load(paths().changed, "auto");
  CHECK(model.config().rope_freq_base_swa == 10'000.0f);
  CHECK(model.rope(true).cosines == Model::load(paths().tiny, "auto").rope(true).cosines);
  CHECK(model.rope(true).cosines != model.rope(false).cosines);
}

std::string load_error(const Changes& changes) {
  write_changed(paths().tiny, paths().changed, changes);
  try {
    Model::load(paths().changed, "auto");
    return "loaded";
  } catch (const base::Error& error) {
    const std::string subject = paths().changed + ": ", what = error.what();
    return what.find(subject) == 0 ? what.substr(subject.size()) : what;
  }
}

TEST_CASE("a model that cannot be run is one clear error") {
  const std::string prefix = "gemma-embedding.";
  CHECK(load_error({.strings = {{"general.architecture", "llama"}}}) ==
        "architecture is llama, expected gemma-embedding");
  CHECK(load_error({.without = {"general.architecture"}}) != "loaded");
  CHECK(load_error({.without = {"blk.1.ffn_up.weight"}}).find("blk.1.ffn_up.weight") !=
        std::string::npos);
  CHECK(load_error({.without = {"output_norm.weight"}}).find("output_norm.weight") !=
        std::string::npos);
  CHECK(load_error({.without = {"blk.0.attn_k.weight"},
                    .tensors = {dense("blk.0.attn_k.weight", TensorType::q8_0, 64, 64)}})
            .find("blk.0.attn_k.weight") != std::string::npos);
  const std::vector<std::byte> halves(64 * 2);
  CHECK(load_error({.without = {"blk.0.attn_norm.weight"},
                    .tensors = {{"blk.0.attn_norm.weight", TensorType::f16, {64}, halves}}}) ==
        "tensor blk.0.attn_norm.weight has type f16, expected f32");
  CHECK(load_error({.tensors = {dense("dense_2.weight", TensorType::q8_0, 64, 128)}})
            .find("dense_3.weight") != std::string::npos);
  CHECK(load_error({.tensors = {dense("dense_3.weight", TensorType::q8_0, 128, 64)}})
            .find("dense_2.weight") != std::string::npos);
  CHECK(load_error({.tensors = {dense("dense_2.weight", TensorType::f32, 64, 100),
                                dense("dense_3.weight", TensorType::f32, 100, 64)}})
            .find("dense_2.weight") != std::string::npos);

  for (const char* key :
       {"context_length", "embedding_length", "block_count", "feed_forward_length",
        "attention.head_count", "attention.head_count_kv", "attention.key_length",
        "attention.value_length", "attention.sliding_window", "attention.sliding_window_pattern"})
    for (const uint32_t value : {0u, 0xFFFFFFFFu, 0x80000000u}) {
      INFO(key << " = " << value);
      CHECK(load_error({.numbers = {{prefix + key, value}}})
                .find(fmt::format("key {}{} is {}, expected", prefix, key, value)) == 0);
    }
  CHECK(load_error({.numbers = {{prefix + "embedding_length", 65}}}).find("multiple of 32") !=
        std::string::npos);
  CHECK(load_error({.numbers = {{prefix + "attention.head_count", 3},
                                {prefix + "attention.head_count_kv", 2}}}) ==
        "3 query heads do not divide among 2 key heads");
  CHECK(load_error({.numbers = {{prefix + "attention.value_length", 64}}})
            .find("attention.value_length") != std::string::npos);
  CHECK(load_error({.numbers = {{prefix + "block_count", 3}}}).find("blk.2.") != std::string::npos);
  CHECK(load_error({.numbers = {{prefix + "pooling_type", 2}}}) ==
        "pooling type is 2, expected 1 (mean)");
  CHECK(load_error({.without = {prefix + "rope.freq_base"}}).find("rope.freq_base") !=
        std::string::npos);
  CHECK_THROWS_AS(Model::load(paths().tiny, "z80"), base::UsageError);
  CHECK_THROWS_AS(Model::load(paths().folder / "none.gguf", "auto"), base::Error);
}

}  // namespace
}  // namespace winnow::engine
