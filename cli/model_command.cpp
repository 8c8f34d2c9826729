#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/did_you_mean.h"
#include "cli/model_check.h"
#include "cli/places.h"
#include "engine/gguf.h"
#include "engine/model.h"
#include "engine/synthetic_model.h"
#include "engine/tensor_check.h"

namespace winnow::cli {

namespace {

constexpr uint64_t kShownElements = 4;
constexpr size_t kNameColumn = 48;  // longer names push their line to the right

template <class T>
std::string first_elements(const std::vector<T>& values) {
  const size_t shown = std::min<size_t>(values.size(), kShownElements);
  return fmt::format("{}",
                     fmt::join(values.begin(), values.begin() + static_cast<long>(shown), ", "));
}

std::vector<std::string> printable(const std::vector<std::string_view>& strings) {
  std::vector<std::string> result;
  for (const std::string_view text : strings) result.push_back(base::printable(text));
  return result;
}

std::string array_text(const engine::Gguf& file, std::string_view key, const engine::Array& array) {
  std::string elements;
  if (array.element_type == engine::ValueType::string)
    elements = first_elements(printable(file.strings(key)));
  else if (array.element_type == engine::ValueType::f32)
    elements = first_elements(file.floats(key));
  else if (array.element_type == engine::ValueType::i32 ||
           array.element_type == engine::ValueType::u32)
    elements = first_elements(file.ints(key));
  return fmt::format("{} elements{}{}{}", array.count, elements.empty() ? "" : ": ", elements,
                     array.count > kShownElements && !elements.empty() ? ", ..." : "");
}

std::string value_text(const engine::Gguf& file, const engine::MetadataEntry& entry) {
  if (const auto* array = std::get_if<engine::Array>(&entry.value))
    return array_text(file, entry.key, *array);
  if (const auto* text = std::get_if<std::string_view>(&entry.value)) {
    const bool cut = text->size() > 80;
    return base::printable(text->substr(0, 80)) + (cut ? "..." : "");
  }
  return std::visit(
      [](const auto& value) -> std::string {
        if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(value)>>)
          return fmt::format("{}", value);
        else
          return "";
      },
      entry.value);
}

bool becomes_q8_0(const engine::Tensor& tensor) {
  const bool stays = tensor.type == engine::TensorType::f32 && tensor.name.starts_with("dense_");
  return tensor.shape.size() > 1 && tensor.type != engine::TensorType::q8_0 && !stays &&
         tensor.name != engine::kTokenTable;
}

std::string info_text(const engine::Gguf& file) {
  fmt::memory_buffer buffer;
  auto out = std::back_inserter(buffer);
  fmt::format_to(out, "{}: GGUF version 3, {} bytes, {} keys, {} tensors\n\n",
                 base::printable(file.path()), file.size_bytes(), file.metadata().size(),
                 file.tensors().size());
  size_t width = 0;
  for (const auto& entry : file.metadata())
    width = std::min(kNameColumn, std::max(width, entry.key.size()));
  for (const auto& entry : file.metadata())
    fmt::format_to(out, "{:<{}}  {}\n", base::printable(entry.key), width, value_text(file, entry));
  fmt::format_to(out, "\n");
  width = 0;
  for (const auto& tensor : file.tensors())
    width = std::min(kNameColumn, std::max(width, tensor.name.size()));
  for (const auto& tensor : file.tensors())
    fmt::format_to(out, "{:<{}}  {:<5} {:>11} bytes  [{}]\n", base::printable(tensor.name), width,
                   engine::name(tensor.type), tensor.bytes.size(), fmt::join(tensor.shape, ", "));
  if (std::any_of(file.tensors().begin(), file.tensors().end(), becomes_q8_0))
    fmt::format_to(out,
                   "\nThe engine converts matrices to q8_0 when it loads them, but for {}: exactly "
                   "from q4_0,\nat a cosine of at least {} from other types (docs/models.md).\n",
                   engine::kTokenTable, engine::kConvertedCosine);
  return fmt::to_string(buffer);
}

int info(const Arguments& arguments) {
  const Help help{"winnow model info FILE",
                  "Prints the keys and tensors of a GGUF file.\n\n"
                  "Example:\n"
                  "  winnow model info models/synthetic-300m.gguf\n"};
  std::optional<std::string> file;
  if (!parse(help, {}, arguments, {{"file", &file, ""}})) return base::kOk;
  if (!file) throw base::UsageError("model info", "name a GGUF file; see winnow model info --help");
  print(info_text(engine::Gguf::open(existing(*file))));
  return base::kOk;
}

bool is_synthetic_model(const std::string& file) {
  try {
    return engine::is_synthetic(engine::Gguf::open(file));
  } catch (const base::ReadError&) {
    throw;
  } catch (const base::Error&) {
    return false;
  }
}

// A model that somebody downloaded is not lost to a slip.
void refuse_to_replace(const std::string& file) {
  if (std::filesystem::is_regular_file(file) && !is_synthetic_model(file))
    throw base::UsageError(file,
                           "is there and no synthetic model: name another file by --out, or "
                           "replace it with --force");
}

int synth(const Arguments& arguments) {
  const Help help{
      "winnow model synth --out FILE [options]",
      "Writes a synthetic model with the keys, tensors and shapes of EmbeddingGemma-300M (about\n"
      "329 MB) and random weights, the same for the same seed. Its timings stand for the real\n"
      "model's; its embeddings mean nothing.\n\n"
      "Examples:\n"
      "  winnow model synth --out models/synthetic-300m.gguf\n"
      "  winnow model synth --shape tiny --seed 7 --out tiny.gguf\n"};
  std::optional<std::string> file;
  std::string shape = "300m";
  uint64_t seed = 1;
  bool force = false;
  if (!parse(help,
             {{"out,o=FILE", &file, "file to write"},
              {"shape=NAME", &shape, "300m or tiny (for tests)"},
              {"seed=N", &seed, "other seed, other weights"},
              {"force", &force, "replace a file that is no synthetic model"}},
             arguments))
    return base::kOk;
  if (!file) throw base::UsageError("--out", "name the file to write");
  if (shape != "300m" && shape != "tiny")
    throw base::UsageError("--shape", shape + " is neither 300m nor tiny");
  if (!force) refuse_to_replace(*file);
  const std::filesystem::path out = *file;
  if (out.has_parent_path()) {
    std::error_code error;
    std::filesystem::create_directories(out.parent_path(), error);
    if (error) throw base::Error(out.parent_path().string(), error.message());
  }
  engine::write_synthetic_model(
      out.string(),
      shape == "tiny" ? engine::SyntheticShape::tiny : engine::SyntheticShape::full_300m, seed);
  note(fmt::format("wrote {} ({} bytes)", out.string(), std::filesystem::file_size(out)));
  return base::kOk;
}

struct Subcommand {
  const char* name;
  const char* summary;
  Run run;
};
constexpr std::array kSubcommands{
    Subcommand{"synth", "write a synthetic model", synth},
    Subcommand{"info", "print a model's keys and tensors", info},
    Subcommand{"check", "look for damage; print checksums", model_check}};

}  // namespace

int model_command(const Arguments& arguments) {
  std::string text, names;
  std::vector<std::string> subcommands;
  for (const Subcommand& each : kSubcommands) {
    text += fmt::format("{0:<6} {1} (winnow model {0} --help)\n", each.name, each.summary);
    names.append(names.empty() ? "" : " or ").append(each.name);
    subcommands.emplace_back(each.name);
  }
  if (arguments.empty())
    throw base::UsageError("model", "expected " + names + "; see winnow model --help");
  for (const Subcommand& each : kSubcommands)
    if (arguments.front() == each.name)
      return each.run(Arguments(arguments.begin() + 1, arguments.end()));
  if (arguments.front() != "--help" && arguments.front() != "-h")
    throw base::UsageError(
        "model " + arguments.front(),
        "expected " + names + did_you_mean(arguments.front(), subcommands, "winnow model "));
  parse({"winnow model synth|info|check [options]", text, subcommands}, {}, {"--help"});
  return base::kOk;
}

}  // namespace winnow::cli
