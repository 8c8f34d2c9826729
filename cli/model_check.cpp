#include "cli/model_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "cli/places.h"
#include "engine/gguf.h"
#include "engine/model.h"
#include "engine/tensor_check.h"
#include "profiles/recording/sha256.h"

namespace winnow::cli {

namespace {

std::string tensor_sha256(const engine::Tensor& tensor) {
  return profiles::sha256(
      {reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()});
}

std::optional<std::string> damage_of(const engine::Gguf& file, const engine::Tensor& tensor) {
  return tensor.name == engine::kTokenTable ? engine::check_token_table(file, tensor).damage
                                            : engine::find_damage(tensor);
}

// Prints a line for each tensor; gives the damage of each that has any.
std::vector<std::string> check_tensors(const engine::Gguf& file) {
  size_t width = 0;
  for (const engine::Tensor& tensor : file.tensors()) width = std::max(width, tensor.name.size());
  std::vector<std::string> damages;
  for (const engine::Tensor& tensor : file.tensors()) {
    const auto damage = damage_of(file, tensor);
    print(fmt::format("{}  {:<{}}  {:<4}  [{}]{}\n", tensor_sha256(tensor),
                      base::printable(tensor.name), width, engine::name(tensor.type),
                      fmt::join(tensor.shape, ", "), damage ? "  damaged: " + *damage : ""));
    if (damage) damages.push_back(fmt::format("tensor {} is damaged: {}", tensor.name, *damage));
    file.drop_resident(tensor.bytes);
  }
  return damages;
}

}  // namespace

int model_check(const Arguments& arguments) {
  const Help help{
      "winnow model check FILE",
      "Reads a GGUF file to its end: looks for damage in each tensor (scales and floats that are "
      "no\n"
      "finite numbers, tensors of zeros, runs of zero bytes as of a download that was not "
      "finished)\n"
      "and loads it as the engine does. Prints the SHA-256 of the file and of each tensor's bytes, "
      "to\n"
      "be held against those of its source: the file's is what model pages show, a tensor's what\n"
      "llama.cpp's gguf-hash --sha256 prints. Exit status 3 where anything is damaged, or where "
      "the\n"
      "engine cannot run the model.\n\n"
      "Example:\n"
      "  winnow model check models/synthetic-300m.gguf\n"};
  std::optional<std::string> path;
  if (!parse(help, {}, arguments, {{"file", &path, ""}})) return base::kOk;
  if (!path)
    throw base::UsageError("model check", "name a GGUF file; see winnow model check --help");
  const auto file = engine::Gguf::open(existing(*path));
  print(fmt::format("{}  the whole file, {} bytes, {} tensors\n", profiles::file_sha256(*path),
                    file.size_bytes(), file.tensors().size()));
  const std::vector<std::string> damages = check_tensors(file);
  file.check_unchanged();
  if (!damages.empty())
    throw base::Error(*path, damages.size() == 1
                                 ? damages.front()
                                 : fmt::format("{} tensors are damaged; the first: {}",
                                               damages.size(), damages.front()));
  const auto model = engine::Model::load(*path, "auto");
  for (const std::string& warning : model.warnings()) note(warning);
  print(fmt::format("no damage found; the engine runs it as {}\n", base::printable(model.name())));
  return base::kOk;
}

}  // namespace winnow::cli
