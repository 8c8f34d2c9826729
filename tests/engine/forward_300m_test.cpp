#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "engine/embedder.h"
#include "engine/synthetic_model.h"
#include "tests/catch.h"
#include "tests/engine/changed_model.h"
#include "tests/engine/forward_texts.h"
#include "tests/engine/reference_forward.h"
#include "tests/scratch.h"

namespace winnow::engine {
namespace {

const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));

// $WINNOW_TEST_MODEL_300M, or a synthetic one written for this run.
const std::string& model_path() {
  static const Scratch folder;
  static const std::string path = [] {
    if (const char* given = std::getenv("WINNOW_TEST_MODEL_300M")) return std::string(given);
    write_synthetic_model(folder / "300m.gguf", SyntheticShape::full_300m, 1);
    return folder / "300m.gguf";
  }();
  return path;
}

// With plain loops the reference takes a quarter of an hour.
bool reference_is_quick() {
  if (!has_blas()) std::cout << "skipped: needs libopenblas0-pthread\n";
  return has_blas();
}

// The reference's large vectors come and go: without this, each fetches its pages from the kernel.
[[maybe_unused]] const int kept_memory =
    mallopt(M_MMAP_THRESHOLD, 32 << 20) + mallopt(M_TRIM_THRESHOLD, 1 << 30);

std::vector<float> embed(const Model& model, const std::vector<std::string>& texts) {
  const auto scheduler = pool_row.make({threads});
  Embedder embedder(model, *scheduler);
  std::vector<float> rows(texts.size() * static_cast<size_t>(model.config().embedding_length));
  embedder.embed(texts, rows);
  return rows;
}

// As the embedder cuts it: EOS stays last.
std::vector<int32_t> cut(const Model& model, const std::string& text) {
  std::vector<int32_t> ids = encoded(model.tokenizer(), text);
  const auto limit = static_cast<size_t>(model.config().context_length);
  if (ids.size() > limit) {
    ids.resize(limit);
    ids.back() = 1;
  }
  return ids;
}

TEST_CASE("at full size the engine agrees with the double-precision reference") {
  if (!reference_is_quick()) return;
  const Model model = Model::load(model_path(), "auto");
  CHECK(model.matmuls_per_text() == 96);
  const ReferenceForward reference(model_path(), threads);
  const auto texts = test_texts(model.tokenizer());
  const auto rows = embed(model, texts);
  const auto width = static_cast<size_t>(model.config().embedding_length);
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto ids = cut(model, texts[i]);
    const double similarity =
        cosine(reference.embed(ids), std::span(rows).subspan(i * width, width));
    INFO(ids.size() << " tokens: " << texts[i].substr(0, 60));
    std::cout << fmt::format("{:4} tokens: cosine {:.6f}\n", ids.size(), similarity);
    CHECK(similarity >= 0.999);
  }
}

// What docs/models.md says of files of other types. The reference of the same weights rounded to
// q8_0 has activations in double precision: it shows the conversion alone.
// Takes minutes: on request (docs/models.md).
TEST_CASE("at full size converting bf16 and f16 to q8_0 leaves the cosine that is promised",
          "[.][conversion]") {
  if (!reference_is_quick()) return;
  const Scratch folder;
  const std::string typed = folder / "typed.gguf", q8_0 = folder / "q8_0.gguf";
  write_with_type(model_path(), q8_0, TensorType::q8_0, TensorType::q8_0);
  const ReferenceForward converted(q8_0, threads);
  const auto all = short_texts();
  const std::vector<std::string> texts(all.begin() + 1, all.begin() + 5);  // 3 to 47 tokens
  for (const TensorType type : {TensorType::q8_0, TensorType::bf16, TensorType::f16}) {
    write_with_type(model_path(), typed, type, TensorType::q8_0);
    const Model model = Model::load(typed, "auto");
    const ReferenceForward reference(typed, threads);
    const auto rows = embed(model, texts);
    const auto width = static_cast<size_t>(model.config().embedding_length);
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto ids = encoded(model.tokenizer(), texts[i]);
      const std::vector<double> expected = reference.embed(ids), rounded = converted.embed(ids);
      const std::vector<float> as_floats(rounded.begin(), rounded.end());
      const double weights = cosine(expected, as_floats);
      const double engine = cosine(expected, std::span(rows).subspan(i * width, width));
      INFO(name(type) << ", " << ids.size() << " tokens");
      std::cout << fmt::format("{}, {:4} tokens: weights alone {:.6f}, engine {:.6f}\n", name(type),
                               ids.size(), weights, engine);
      CHECK(weights >= kConvertedCosine);
      CHECK(engine >= 0.999);
    }
  }
}

TEST_CASE("at full size the tolerance catches faults of window, RoPE base and pattern") {
  if (!reference_is_quick()) return;
  const Model model = Model::load(model_path(), "auto");
  const ReferenceForward reference(model_path(), threads);
  const std::string text = text_of(model.tokenizer(), 450);
  const auto row = embed(model, {text});
  const auto ids = encoded(model.tokenizer(), text);
  const std::pair<Fault, const char*> faults[] = {{Fault::window_doubled, "window doubled"},
                                                  {Fault::no_window, "no window"},
                                                  {Fault::one_rope_base, "one RoPE base"},
                                                  {Fault::pattern_reversed, "pattern reversed"}};
  for (const auto& [fault, name] : faults) {
    const double similarity = cosine(reference.embed(ids, fault), row);
    std::cout << fmt::format("{}: cosine {:.6f}\n", name, similarity);
    INFO(name);
    CHECK(similarity < 0.999);
  }
}

}  // namespace
}  // namespace winnow::engine
