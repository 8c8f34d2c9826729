#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/texts.h"
#include "engine/embedder.h"
#include "engine/gguf.h"
#include "engine/model.h"
#include "engine/schedulers/scheduler.h"
#include "engine/tokenizer.h"
#include "kernels/kernels.h"
#include "scenarios/scenario.h"

namespace winnow::cli {

namespace po = boost::program_options;

namespace {

constexpr size_t kBatch = 32;

constexpr std::string_view kTextRules =
    "Reads texts, one a line, from FILE or standard input; the line's end (\\n or \\r\\n) is not\n"
    "part of the text. An empty line is an empty text, so that output lines match input lines.\n"
    "Invalid UTF-8 is read as U+FFFD, a byte at a time.\n";

int thread_count(const po::variables_map& values) {
  const int threads = values["threads"].as<int>();
  if (threads < 0 || threads > scenarios::kThreadLimit)
    throw base::UsageError("--threads",
                           fmt::format("expected 0 (all cores) to {}", scenarios::kThreadLimit));
  return threads > 0 ? threads
                     : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

int dimension_count(const po::variables_map& values, int full) {
  if (values.count("dimensions") == 0) return full;
  const int dimensions = values["dimensions"].as<int>();
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

}  // namespace

int embed_command(const Arguments& arguments) {
  const std::string text = fmt::format(
      "{}Prints one JSON array a line: the text's embedding, of length 1 (L2).\n"
      "A text of more tokens than the model's context (2048) is cut at its end, and a\n"
      "note on standard error says how many were. Texts are taken 32 at a time.\n\n"
      "Examples:\n"
      "  echo 'how to bake bread' | winnow embed\n"
      "  winnow embed texts.txt --dimensions 256 > embeddings.jsonl\n"
      "  winnow embed texts.txt --model embeddinggemma-300m-Q8_0.gguf --threads 2\n",
      kTextRules);
  const Help help{"winnow embed [FILE] [options]", text};
  po::options_description options;
  auto add = options.add_options();
  add("variant", po::value<std::string>()->default_value("packed"), "scheduling strategy");
  add("model", po::value<std::string>(), fmt::format("GGUF file ({})", kDefaultModel).c_str());
  add("threads", po::value<int>()->default_value(0), "worker threads (0: all cores)");
  add("dimensions", po::value<int>(), "768, 512, 256 or 128: the first ones, length 1 again");
  add("isa", po::value<std::string>()->default_value("auto"), kernels::isa_choices().c_str());
  const auto values = parse(help, options, arguments, {"file"});
  if (!values) return base::kOk;

  const auto& row = engine::find_scheduler((*values)["variant"].as<std::string>());
  const int threads = thread_count(*values);
  const auto model = engine::Model::load(model_path(*values), (*values)["isa"].as<std::string>());
  const auto width = static_cast<size_t>(model.config().embedding_length);
  const int dimensions = dimension_count(*values, model.config().embedding_length);
  for (const std::string& warning : model.warnings()) note(warning);
  TextReader reader(values->count("file") > 0 ? (*values)["file"].as<std::string>() : "-");
  const auto scheduler = row.make({threads});
  engine::Embedder embedder(model, *scheduler);

  std::vector<float> embeddings(kBatch * width);
  std::vector<float> shortened(static_cast<size_t>(dimensions));
  while (true) {
    const auto texts = reader.next(kBatch);
    if (texts.empty()) break;
    embedder.embed(texts, std::span(embeddings).first(texts.size() * width));
    std::string lines;
    for (size_t i = 0; i < texts.size(); ++i) {
      engine::shorten_embedding(std::span(embeddings).subspan(i * width, width), dimensions,
                                shortened);
      lines += to_json(shortened);
    }
    print(lines);
  }
  if (embedder.truncated_texts() > 0)
    note(fmt::format("texts cut to {} tokens: {}", model.config().context_length,
                     embedder.truncated_texts()));
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
  po::options_description options;
  options.add_options()("model", po::value<std::string>(),
                        fmt::format("GGUF file ({})", kDefaultModel).c_str());
  const auto values = parse(help, options, arguments, {"file"});
  if (!values) return base::kOk;

  const auto file = engine::Gguf::open(model_path(*values));
  const engine::Tokenizer tokenizer(engine::read_vocabulary(file));
  TextReader reader(values->count("file") > 0 ? (*values)["file"].as<std::string>() : "-");
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
