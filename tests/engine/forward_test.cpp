#include "engine/forward.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <new>
#include <numeric>
#include <tuple>

#include "base/sanitizers.h"
#include "engine/embedder.h"
#include "engine/synthetic_model.h"
#include "tests/catch.h"
#include "tests/engine/changed_model.h"
#include "tests/engine/forward_texts.h"
#include "tests/engine/reference_forward.h"
#include "tests/scratch.h"

// Clang's ThreadSanitizer has operators new and delete of its own, and does not let go of them.
#if defined(__clang__) && WINNOW_THREAD_SANITIZER
#define WINNOW_ALLOCATIONS_UNCOUNTED
#endif

#ifndef WINNOW_ALLOCATIONS_UNCOUNTED
namespace {

std::atomic<int64_t> allocations = 0;

void* counted(size_t size, size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = nullptr;
  if (::posix_memalign(&memory, std::max(alignment, sizeof(void*)), size) != 0)
    throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<size_t>(alignment));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return counted(size, alignof(std::max_align_t));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
#endif

namespace winnow::engine {
namespace {

constexpr const char* kPattern = "gemma-embedding.attention.sliding_window_pattern";

// The models of this test, written once.
struct Models {
  Scratch folder;
  std::string tiny = folder / "tiny.gguf";
  std::string dense_q8_0 = folder / "dense_q8_0.gguf";  // and its second block sees everything
  std::string dense_f32 = folder / "dense_f32.gguf";

  Models() {
    write_synthetic_model(tiny, SyntheticShape::tiny, 7);
    write_changed(tiny, dense_q8_0,
                  {.numbers = {{kPattern, 2}},
                   .tensors = {dense("dense_2.weight", TensorType::q8_0, 64, 256),
                               dense("dense_3.weight", TensorType::q8_0, 256, 64)}});
    write_changed(tiny, dense_f32,
                  {.tensors = {dense("dense_2.weight", TensorType::f32, 64, 256),
                               dense("dense_3.weight", TensorType::f32, 256, 64)}});
  }
};

const Models& models() {
  static const Models models;
  return models;
}

std::vector<std::string> available_isas() {
  std::vector<std::string> names;
  for (const auto& row : kernels::matmul_rows())
    if (row.available) names.emplace_back(row.name);
  return names;
}

std::vector<float> embed(const Model& model, const SchedulerRow& row, int threads,
                         const std::vector<std::string>& texts, WorkCounters* work = nullptr) {
  const auto scheduler = row.make({threads});
  Embedder embedder(model, *scheduler);
  std::vector<float> rows(texts.size() * static_cast<size_t>(model.config().embedding_length));
  embedder.embed(texts, rows);
  if (work != nullptr) *work = embedder.work();
  return rows;
}

TEST_CASE("the engine agrees with the double-precision reference on every instruction set") {
  const std::pair<std::string, bool> cases[] = {
      {models().tiny, true}, {models().dense_q8_0, false}, {models().dense_f32, false}};
  for (const auto& [path, with_long_texts] : cases) {
    const ReferenceForward reference(path, 2);
    const Model first = Model::load(path, "scalar");
    auto texts = with_long_texts ? test_texts(first.tokenizer()) : short_texts();
    texts.push_back(text_of(first.tokenizer(), 150));  // more than the window of 64
    std::vector<std::vector<double>> expected;
    for (const std::string& text : texts) {
      auto ids = encoded(first.tokenizer(), text);
      if (ids.size() > 2048) {
        ids.resize(2048);
        ids.back() = first.tokenizer().vocabulary().eos_id;
      }
      expected.push_back(reference.embed(ids));
    }
    const auto width = static_cast<size_t>(first.config().embedding_length);
    for (const std::string& isa : available_isas()) {
      const Model model = Model::load(path, isa);
      const auto rows = embed(model, pool_row, 2, texts);
      for (size_t i = 0; i < texts.size(); ++i) {
        INFO(path << ", " << isa << ", text " << i << ": " << texts[i].substr(0, 60));
        CHECK(cosine(expected[i], std::span(rows).subspan(i * width, width)) >= 0.999);
      }
    }
  }
}

TEST_CASE("weights of every type give what the double-precision reference makes of the same file") {
  const std::tuple<TensorType, TensorType, const char*> cases[] = {
      {TensorType::f32, TensorType::f32, "14 matrices of type f32 were converted to q8_0, "},
      {TensorType::f16, TensorType::f16, "16 matrices of type f16 were converted to q8_0, "},
      {TensorType::bf16, TensorType::bf16, "16 matrices of type bf16 were converted to q8_0, "},
      {TensorType::q4_0, TensorType::q4_0, "16 matrices of type q4_0 were converted to q8_0, "},
      {TensorType::bf16, TensorType::q8_0, "16 matrices of type bf16 were converted to q8_0, "},
      {TensorType::q8_0, TensorType::f16, ""}};
  const std::string path = models().folder / "typed.gguf";
  for (const auto& [type, table_type, warning] : cases) {
    write_with_type(models().dense_q8_0, path, type, table_type);
    const ReferenceForward reference(path, 2);
    const Model model = Model::load(path, "auto");
    std::string warnings;
    for (const std::string& each : model.warnings()) warnings += each + "\n";
    INFO(name(type) << ", table of " << name(table_type) << "\n" << warnings);
    CHECK(warnings.find(warning) != std::string::npos);
    CHECK(std::count(warnings.begin(), warnings.end(), '\n') == (*warning == 0 ? 0 : 1));
    auto texts = short_texts();
    texts.push_back(text_of(model.tokenizer(), 150));
    const auto rows = embed(model, pool_row, 2, texts);
    for (size_t i = 0; i < texts.size(); ++i) {
      INFO("text " << i);
      const auto expected = reference.embed(encoded(model.tokenizer(), texts[i]));
      CHECK(cosine(expected, std::span(rows).subspan(i * 64, 64)) >= 0.999);
    }
  }
}

void hold_every_schedule(std::initializer_list<int> thread_counts) {
  for (const std::string& isa : available_isas()) {
    const Model model = Model::load(models().dense_q8_0, isa);
    auto texts = short_texts();
    texts.push_back(text_of(model.tokenizer(), 150));
    WorkCounters expected_work;
    std::vector<float> one_by_one;
    for (const std::string& text : texts) {
      WorkCounters work;
      const auto row = embed(model, spawn_row, 1, {text}, &work);
      one_by_one.insert(one_by_one.end(), row.begin(), row.end());
      expected_work += work;
    }
    for (const SchedulerRow& row : scheduler_rows())
      for (const int threads : thread_counts) {
        INFO(isa << ", " << row.name << ", " << threads << " threads");
        WorkCounters work;
        CHECK(embed(model, row, threads, texts, &work) == one_by_one);
        CHECK(work == expected_work);
      }
  }
}

TEST_CASE("every schedule gives bit-identical embeddings and does the same work") {
  hold_every_schedule({2});
}

// An emulator takes a minute for threads that wait for each other on few processors.
TEST_CASE("every schedule does on any number of threads", "[native]") {
  hold_every_schedule({1, 3, 9});
}

TEST_CASE("embeddings have length 1, and no text gives none") {
  const Model model = Model::load(models().tiny, "auto");
  const auto texts = short_texts();
  const auto rows = embed(model, pool_row, 2, texts);
  for (size_t text = 0; text < texts.size(); ++text) {
    double squares = 0;
    for (size_t i = 0; i < 64; ++i)
      squares += static_cast<double>(rows[text * 64 + i]) * rows[text * 64 + i];
    CHECK(squares == Approx(1).epsilon(1e-5));
  }
  CHECK(embed(model, pool_row, 2, {}).empty());
  CHECK(embed(model, spawn_row, 2, {}).empty());
}

// Runs everything in the calling thread, and counts. Texts go through the model in groups of
// `group_size`.
struct CountingScheduler : Scheduler {
  explicit CountingScheduler(size_t size = 1) : group_size(size) {}
  size_t group_size;
  int text_loops = 0, tile_loops = 0, groups = 0;
  int workspace_count() const override { return 1; }
  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    ++text_loops;
    for (int text = 0; text < count; ++text) body(text);
  }
  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    std::vector<int> texts(lengths.size());
    std::iota(texts.begin(), texts.end(), 0);
    for (size_t i = 0; i < texts.size(); i += group_size, ++groups)
      body(std::span(texts).subspan(i, std::min(group_size, texts.size() - i)), 0);
  }
  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    ++tile_loops;
    body(0, count);
  }
};

TEST_CASE("work counters are exact, and only the blocks' matmuls loop over tiles") {
  const Model model = Model::load(models().dense_f32, "auto");
  const Config& c = model.config();
  CountingScheduler scheduler;
  Embedder embedder(model, scheduler);
  CHECK(embedder.work() == WorkCounters{});
  const std::string text = text_of(model.tokenizer(), 100);
  const auto n = static_cast<int64_t>(encoded(model.tokenizer(), text).size());
  std::vector<float> row(64);
  embedder.embed(std::vector{text}, row);

  CHECK(scheduler.text_loops == 1);
  CHECK(scheduler.tile_loops == model.matmuls_per_text());
  CHECK(model.matmuls_per_text() == 8);
  int64_t visible = 0;  // both blocks are local
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) visible += std::abs(i - j) <= c.sliding_window / 2;
  CHECK(visible < n * n);
  const WorkCounters work = embedder.work();
  CHECK(work.texts == 1);
  CHECK(work.tokens == n);
  CHECK(work.matmul_calls == 14);
  const int64_t block_macs = 2 * c.embedding_length * c.q_length() +
                             2 * c.embedding_length * c.kv_length() +
                             3 * c.embedding_length * c.feed_forward_length;
  CHECK(work.macs == 2 * n * block_macs + 2 * 64 * 256);
  CHECK(work.dense_macs == 2 * 64 * 256);
  CHECK(work.attention_macs == 2 * 2 * visible * c.q_length());
}

TEST_CASE("a text longer than the context is cut, EOS kept last, and counted") {
  const Model model = Model::load(models().tiny, "auto");
  const std::string text = text_of(model.tokenizer(), 2060);
  const auto scheduler = spawn_row.make({1});
  Embedder embedder(model, *scheduler);
  std::vector<float> rows(3 * 64);
  embedder.embed(std::vector<std::string>{text, "short", text + text}, rows);
  CHECK(embedder.truncated_texts() == 2);
  CHECK(embedder.work().tokens ==
        2 * 2048 + static_cast<int64_t>(encoded(model.tokenizer(), "short").size()));

  auto ids = encoded(model.tokenizer(), text);
  ids.resize(2048);
  ids.back() = model.tokenizer().vocabulary().eos_id;
  Activations activations;
  WorkCounters work;
  std::vector<float> direct(64);
  forward(model, *scheduler, std::vector<Sequence>{{ids, direct}}, activations, work);
  CHECK(std::equal(direct.begin(), direct.end(), rows.begin()));
  CHECK(std::equal(direct.begin(), direct.end(), rows.begin() + 2 * 64));
}

TEST_CASE("an embedding is the same to the bit whatever texts stand beside it") {
  for (const std::string& isa : available_isas()) {
    const Model model = Model::load(models().dense_q8_0, isa);
    auto texts = short_texts();
    texts.push_back(text_of(model.tokenizer(), 150));
    for (int i = 0; i < 9; ++i)
      texts.push_back(text_of(model.tokenizer(), 2 + 7 * i).substr(0, 9 * i));
    std::vector<float> expected;
    WorkCounters expected_work;
    for (const size_t group_size : {1, 2, 3, 7, 100}) {
      INFO(isa << ", groups of " << group_size);
      CountingScheduler scheduler(group_size);
      Embedder embedder(model, scheduler);
      std::vector<float> rows(texts.size() * 64);
      embedder.embed(texts, rows);
      CHECK(scheduler.tile_loops == scheduler.groups * model.matmuls_per_text());
      if (group_size == 1) expected = rows, expected_work = embedder.work();
      CHECK(rows == expected);
      CHECK(embedder.work() == expected_work);
    }
  }
}

#ifndef WINNOW_ALLOCATIONS_UNCOUNTED

TEST_CASE("after a warm-up the forward pass allocates nothing") {
  const Model model = Model::load(models().dense_q8_0, "auto");
  const auto longest = encoded(model.tokenizer(), text_of(model.tokenizer(), 300));
  const auto shorter = std::span(longest).first(200), shortest = shorter.first(3);
  for (const SchedulerRow& row : scheduler_rows()) {
    if (!row.persistent_threads) continue;  // creating a thread allocates
    const auto scheduler = row.make({3});
    Activations activations;
    WorkCounters work;
    std::vector<float> out(3 * 64);
    const std::span<float> all = out;
    const std::vector<Sequence> batch = {
        {shorter, all.first(64)}, {longest, all.subspan(64, 64)}, {shortest, all.subspan(128, 64)}};
    forward(model, *scheduler, batch, activations, work);
    const int64_t before = allocations;
    forward(model, *scheduler, batch, activations, work);
    forward(model, *scheduler, std::span(batch).first(1), activations, work);
    CHECK(allocations == before);
  }
}

TEST_CASE("after a warm-up a batch on persistent threads allocates for tokenization only",
          "[native]") {
  const Model model = Model::load(models().tiny, "auto");
  std::vector<std::string> texts(12, "How do I bake bread?");
  texts.push_back(text_of(model.tokenizer(), 150));
  std::vector<int32_t> ids(2048);
  for (const std::string& text : texts) model.tokenizer().encode(text, ids);
  const int64_t before_tokenization = allocations;
  for (const std::string& text : texts) model.tokenizer().encode(text, ids);
  const int64_t tokenization = allocations - before_tokenization;

  for (const SchedulerRow& row : scheduler_rows()) {
    if (!row.persistent_threads) continue;  // creating a thread allocates
    INFO(row.name);
    const auto scheduler = row.make({4});
    Embedder embedder(model, *scheduler);
    std::vector<float> rows(texts.size() * 64);
    embedder.embed(texts, rows);
    for (int batch = 0; batch < 20; ++batch) {  // other workers get the long text
      const int64_t before = allocations;
      embedder.embed(texts, rows);
      CHECK(allocations - before == tokenization);
    }
  }
}

#endif

TEST_CASE("shortened embeddings are the first components at length 1") {
  const std::vector<float> full = {0.6f, 0.0f, 0.8f, 0.0f};
  std::vector<float> out(3);
  CHECK(shorten_embedding(full, 3, out));
  CHECK(out[0] == Approx(0.6));
  CHECK(out[2] == Approx(0.8));
  out.resize(2);
  CHECK(shorten_embedding(full, 2, out));
  CHECK(out[0] == Approx(1));
  CHECK(out[1] == 0);
  out.resize(1);
  CHECK_FALSE(shorten_embedding(std::vector<float>{0.0f, 1.0f}, 1, out));
}

}  // namespace
}  // namespace winnow::engine
