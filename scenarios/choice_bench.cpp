// Which strategy a batch is fastest with: the measurement behind engine/schedulers/choice.cpp. One
// process runs the strategies in turn on the same batch, so that a drift of the machine meets all
// of them, and keeps the best time of each: what it takes when no other process is in the way.
//
//   choice_bench models/synthetic-300m.gguf [threads ...]
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/usable_cores.h"
#include "engine/embedder.h"
#include "engine/model.h"
#include "engine/schedulers/scheduler.h"
#include "scenarios/scenario.h"

namespace {

using namespace winnow;
using Clock = std::chrono::steady_clock;

constexpr const char* kStrategies[] = {"packed", "hybrid", "steal", "pool_queue", "auto"};
constexpr int kBatches[] = {1, 2, 3, 4, 6, 8, 12, 16, 32};
constexpr int kWords[] = {4, 30, 170};  // about 5, 35 and 200 tokens
constexpr int kRounds = 40;
constexpr auto kTimeACell = std::chrono::milliseconds(1500);

// `count` texts of about `words` words, no two alike.
std::vector<std::string> texts_of(int count, int words) {
  const std::string vocabulary[] = {"bread", "river", "engine",   "winter", "letter",
                                    "apple", "clock", "mountain", "harbour"};
  std::vector<std::string> texts(static_cast<size_t>(count));
  size_t next = 0;
  for (std::string& text : texts) {
    for (int word = 0; word < words; ++word, next = next * 5 + 3)
      text += (word > 0 ? " " : "") + vocabulary[next % std::size(vocabulary)];
    next += 7;
  }
  return texts;
}

struct Strategy {
  std::string name;
  std::unique_ptr<engine::Scheduler> scheduler;
  std::unique_ptr<engine::Embedder> embedder;
  double best_ms = std::numeric_limits<double>::infinity();
};

std::string cell(const engine::Model& model, int threads, int words, int batch) {
  const std::vector<std::string> texts = texts_of(batch, words);
  std::vector<float> out(texts.size() * static_cast<size_t>(model.config().embedding_length));
  std::vector<Strategy> strategies;
  for (const char* name : kStrategies) {
    Strategy strategy{name, engine::find_scheduler(name).make({threads}), nullptr};
    strategy.embedder = std::make_unique<engine::Embedder>(model, *strategy.scheduler);
    strategies.push_back(std::move(strategy));
  }
  const auto end = Clock::now() + kTimeACell;
  for (int round = 0; round < 3 || (round < kRounds && Clock::now() < end); ++round)
    for (Strategy& strategy : strategies) {
      const auto start = Clock::now();
      strategy.embedder->embed(texts, out);
      const std::chrono::duration<double, std::milli> time = Clock::now() - start;
      if (round > 0) strategy.best_ms = std::min(strategy.best_ms, time.count());
    }
  const auto tokens = strategies.front().embedder->work().tokens /
                      std::max<int64_t>(1, strategies.front().embedder->work().texts);
  std::string row = fmt::format("| {} | {} | {} |", threads, tokens, batch);
  for (const Strategy& strategy : strategies) row += fmt::format(" {:.2f} |", strategy.best_ms);
  return row + "\n";
}

int thread_count(const std::string& text) {
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || *end != 0 || count < 1 || count > scenarios::kThreadLimit)
    throw base::UsageError("threads", fmt::format("expected 1 to {}", scenarios::kThreadLimit));
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw base::UsageError("choice_bench", "expected MODEL.gguf [threads ...]");
    const engine::Model model = engine::Model::load(argv[1], "auto");
    std::vector<int> threads;
    for (int i = 2; i < argc; ++i) threads.push_back(thread_count(argv[i]));
    if (threads.empty()) threads.push_back(base::usable_cores());
    std::cout << "| threads | tokens a text | texts |";
    for (const char* name : kStrategies) std::cout << " " << name << " ms |";
    std::cout << "\n|";
    for (size_t column = 0; column < 3 + std::size(kStrategies); ++column) std::cout << "---:|";
    std::cout << "\n";
    for (const int count : threads)
      for (const int words : kWords)
        for (const int batch : kBatches)
          std::cout << cell(model, count, words, batch) << std::flush;
    return base::kOk;
  } catch (const base::Error& error) {
    std::cerr << "choice_bench: " << error.what() << "\n";
    return error.exit_status();
  }
}
