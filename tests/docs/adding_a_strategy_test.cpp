// The strategy of docs/adding-a-strategy.md, compiled from the page and a row of the table, so that
// scheduler_test.cpp in the same program walks over it as well.
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/embedder.h"
#include "engine/schedulers/scheduler.h"
#include "engine/synthetic_model.h"
#include "tests/catch.h"
#include "tests/engine/forward_texts.h"
#include "tests/scratch.h"

namespace winnow::engine {
namespace {

const SchedulerRow& page_row() { return find_scheduler("halves"); }

std::vector<float> embed(const Model& model, const SchedulerRow& row,
                         const std::vector<std::string>& texts) {
  const auto scheduler = row.make({.threads = 2});
  Embedder embedder(model, *scheduler);
  std::vector<float> rows(texts.size() * static_cast<size_t>(model.config().embedding_length));
  embedder.embed(texts, rows);
  return rows;
}

TEST_CASE("the page's strategy gives the same embeddings as every other, to the bit") {
  const Scratch folder;
  const std::string path = folder / "tiny.gguf";
  write_synthetic_model(path, SyntheticShape::tiny, 1);
  const Model model = Model::load(path, "auto");
  const auto texts = short_texts();
  CHECK(embed(model, page_row(), texts) == embed(model, serial_row, texts));
  CHECK(embed(model, page_row(), {texts[2]}) == embed(model, serial_row, {texts[2]}));
  CHECK(embed(model, page_row(), {}).empty());
}

TEST_CASE("the page's strategy hands on an exception and lives on") {
  const auto scheduler = page_row().make({.threads = 2});
  for (const int bad : {0, 9})
    CHECK_THROWS_WITH(scheduler->over_texts(10,
                                            [&](int text) {
                                              if (text == bad) throw std::runtime_error("bad text");
                                            }),
                      "bad text");
  std::atomic<int> texts = 0;
  scheduler->over_texts(10, [&](int) { ++texts; });
  CHECK(texts == 10);
}

}  // namespace
}  // namespace winnow::engine
