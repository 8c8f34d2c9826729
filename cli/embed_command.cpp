#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/usable_cores.h"
#include "cli/commands.h"
#include "cli/measure_options.h"
#include "cli/strategy.h"
#include "cli/texts.h"
#include "engine/embedder.h"
#include "engine/gguf.h"
#include "engine/model.h"
#include "engine/schedulers/scheduler.h"
#include "engine/tokenizer.h"
#include "scenarios/scenario.h"

namespace winnow::cli {

namespace {

constexpr size_t kBatch = 32;

constexpr std::string_view kTextRules =
    "Reads texts, one a line, from FILE or standard input; the line's end (\\n or \\r\\n) is not\n"
    "part of the text. An empty line is an empty text, so that output lines match input lines.\n"
    "Invalid UTF-8 is read as U+FFFD, a byte at a time; a byte order mark is left out. Of a pipe "
    "that\n"
    "stays open each line is answered as it comes.\n";

// What EmbeddingGemma was trained to find before a text: the prompt instructions of its model card.
struct TaskPrefix {
  std::string_view task, prefix, use;
};
constexpr TaskPrefix kTasks[] = {
    {"query", "task: search result | query: ", "what is searched for"},
    {"document", "title: none | text: ", "what is found"},
    {"question", "task: question answering | query: ", "a question that documents answer"},
    {"fact", "task: fact checking | query: ", "a claim that documents support or refute"},
    {"code", "task: code retrieval | query: ", "a description of code that is searched for"},
    {"classification", "task: classification | query: ", "texts to be classified"},
    {"clustering", "task: clustering | query: ", "texts to be grouped"},
    {"similarity", "task: sentence similarity | query: ", "sentences to be compared"}};

std::string task_names() {
  std::vector<std::string_view> names;
  for (const TaskPrefix& row : kTasks) names.push_back(row.task);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string task_lines() {
  std::string lines;
  for (const TaskPrefix& row : kTasks)
    lines +=
        fmt::format("  {:<14}  {:<38}  {}\n", row.task, fmt::format("'{}'", row.prefix), row.use);
  return lines;
}

std::string_view prefix_of(const std::optional<std::string>& task) {
  if (!task) return "";
  for (const TaskPrefix& row : kTasks)
    if (row.task == *task) return row.prefix;
  throw base::UsageError("--task", fmt::format("{} is none of {}", *task, task_names()));
}

struct EmbedOptions {
  std::string file = "-", variant = "packed", isa = "auto";
  std::optional<std::string> model, task;
  int threads = 0;
  std::optional<int> dimensions;
};

Options table_of(EmbedOptions& options) {
  return {
      {"variant=NAME", &options.variant, "scheduling strategy"},
      {"model=FILE", &options.model, kModelHelp},
      {"threads=N", &options.threads, "worker threads (0: all cores)"},
      {"dimensions=N", &options.dimensions, "768, 512, 256 or 128: the first ones, length 1 again"},
      {"task=NAME", &options.task, "put the model's prefix of a task before each text; see above"},
      {"isa=NAME", &options.isa, isa_help()},
  };
}

int thread_count(int threads) {
  if (threads < 0 || threads > scenarios::kThreadLimit)
    throw base::UsageError("--threads",
                           fmt::format("expected 0 (all cores) to {}", scenarios::kThreadLimit));
  return threads > 0 ? threads : base::usable_cores();
}

int dimension_count(int dimensions, int full) {
  const bool offered = dimensions == 512 || dimensions == 256 || dimensions == 128;
  if (dimensions != full && !(offered && dimensions < full))
    throw base::UsageError("--dimensions", fmt::format("{} is none of {}, 512, 256, 128 up to the "
                                                       "model's {}",
                                                       dimensions, full, full));
  return dimensions;
}

std::string to_json(std::span<const float> values) {
  fmt::memory_buffer buffer;
  buffer.push_back('[');
  for (size_t i = 0; i < values.size(); ++i)
    fmt::format_to(std::back_inserter(buffer), "{}{}", i == 0 ? "" : ",", values[i]);
  buffer.push_back(']');
  buffer.push_back('\n');
  return fmt::to_string(buffer);
}

// The lines of a batch. A text without an embedding is told by its line.
std::string embedded(engine::Embedder& embedder, const std::vector<std::string>& texts,
                     size_t width, int dimensions, const TextReader& reader) {
  std::vector<float> embeddings(texts.size() * width);
  std::vector<float> shortened(static_cast<size_t>(dimensions));
  try {
    embedder.embed(texts, embeddings);
    std::string lines;
    for (size_t i = 0; i < texts.size(); ++i) {
      if (!engine::shorten_embedding(std::span(embeddings).subspan(i * width, width), dimensions,
                                     shortened))
        throw engine::TextError(
            i, fmt::format("the first {} numbers of its embedding are zero", dimensions));
      lines += to_json(shortened);
    }
    return lines;
  } catch (const engine::TextError& error) {
    throw base::Error(reader.place_of(error.text()), error.problem());
  }
}

}  // namespace

int embed_command(const Arguments& arguments) {
  const std::string text = fmt::format(
      "{}Prints one JSON array a line: the text's embedding, of length 1 (L2).\n"
      "A text of more tokens than the model's context (2048) is cut at its end, and a\n"
      "note on standard error says how many were. Up to 32 texts are taken at a time.\n\n"
      "The model was trained with a prefix before each text that tells the task; for retrieval it\n"
      "matters: --task query for what is searched for, --task document for what is found. Without\n"
      "--task the text is embedded as it is. The prefixes:\n{}\n"
      "Examples:\n"
      "  echo 'how to bake bread' | winnow embed\n"
      "  echo 'how to bake bread' | winnow embed --task query\n"
      "  winnow embed texts.txt --dimensions 256 > embeddings.jsonl\n"
      "  winnow embed texts.txt --model embeddinggemma-300m-Q8_0.gguf --threads 2\n",
      kTextRules, task_lines());
  const Help help{"winnow embed [FILE] [options]", text};
  EmbedOptions options;
  if (!parse(help, table_of(options), arguments, {{"file", &options.file, ""}})) return base::kOk;

  const std::string_view prefix = prefix_of(options.task);
  const auto& row = strategy_named("--variant", options.variant);
  const int threads = thread_count(options.threads);
  TextReader reader(options.file);
  const auto model = engine::Model::load(model_path(options.model), options.isa);
  const auto width = static_cast<size_t>(model.config().embedding_length);
  const int full = model.config().embedding_length;
  const int dimensions = dimension_count(options.dimensions.value_or(full), full);
  for (const std::string& warning : model.warnings()) note(warning);
  const auto scheduler = row.make({threads});
  engine::Embedder embedder(model, *scheduler);

  while (true) {
    auto texts = reader.next(kBatch);
    if (texts.empty()) break;
    for (std::string& each : texts) each.insert(0, prefix);
    const std::string lines = embedded(embedder, texts, width, dimensions, reader);
    model.check_unchanged();
    print(lines);
  }
  if (embedder.truncated_texts() > 0)
    note(fmt::format("texts cut to {} tokens: {}", model.config().context_length,
                     embedder.truncated_texts()));
  if (model.synthetic())
    note(model_path(options.model) + ": a synthetic model, whose embeddings mean nothing");
  return base::kOk;
}

int tokenize_command(const Arguments& arguments) {
  const std::string text = fmt::format(
      "{}Prints the token ids of each text on a line of their own, separated by spaces,\n"
      "with BOS and EOS as the model says; nothing is cut.\n\n"
      "Examples:\n"
      "  echo 'how to bake bread' | winnow tokenize\n"
      "  winnow tokenize texts.txt --model embeddinggemma-300m-Q8_0.gguf\n",
      kTextRules);
  const Help help{"winnow tokenize [FILE] [options]", text};
  std::optional<std::string> named_model;
  std::string text_file = "-";
  if (!parse(help, {{"model=FILE", &named_model, kModelHelp}}, arguments,
             {{"file", &text_file, ""}}))
    return base::kOk;

  const auto file = engine::Gguf::open(model_path(named_model));
  const engine::Tokenizer tokenizer(engine::read_vocabulary(file));
  TextReader reader(text_file);
  std::vector<int32_t> ids;
  while (true) {
    const auto texts = reader.next(kBatch);
    if (texts.empty()) break;
    std::string lines;
    for (const std::string& line : texts) {
      tokenizer.encode(line, ids);
      lines += fmt::format("{}\n", fmt::join(ids, " "));
    }
    print(lines);
  }
  return base::kOk;
}

}  // namespace winnow::cli
