#include "profiles/stacks.h"

#include <filesystem>

#include "base/error.h"
#include "profiles/json_reader.h"
#include "profiles/json_writer.h"

namespace winnow::profiles {

template <class Io, Is<Frame> T>
void fields(Io& io, T& frame) {
  io("function", frame.function);
  io.where_told("file", frame.file);
  io("category", frame.category);
  io("line", frame.line);
}

template <class Io, Is<Stack> T>
void fields(Io& io, T& stack) {
  io("frames", stack.frames);
  io("samples", stack.samples);
  io("bytes", stack.bytes);
  io("objects", stack.objects);
}

template <class Io, Is<Stacks> T>
void fields(Io& io, T& stacks) {
  io("clock", stacks.clock);
  io("iterations", stacks.iterations);
  io("period_s", stacks.period_s);
  io("frames", stacks.frames);
  io("stacks", stacks.stacks);
}

namespace {

constexpr int64_t kLimitSum = int64_t{1} << 52;  // sums stay exact in double, and positive

struct StacksFile {
  int schema = kStacksSchema;
  Stacks stacks;
};

template <class Io, Is<StacksFile> T>
void fields(Io& io, T& file) {
  io("schema", file.schema);
  io("stacks", file.stacks);
}

// A variant's name may come out of a file: it must not lead elsewhere.
std::string path_of(const std::string& folder, const std::string& variant,
                    const std::string& clock) {
  const std::string name = variant + "." + clock + ".json";
  if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
    throw base::Error(folder, "variant \"" + variant + "\": a name with a slash has no stacks");
  return folder + "/stacks/" + name;
}

int64_t added(int64_t sum, int64_t more, const std::string& path) {
  if (more > kLimitSum - sum) throw base::Error(path, "the stacks add up to more than can be");
  return sum + more;
}

void check(const Stacks& stacks, const std::string& path) {
  Stack sum;
  for (size_t i = 0; i < stacks.stacks.size(); ++i) {
    const Stack& stack = stacks.stacks[i];
    const std::string where = "stack " + std::to_string(i);
    if (stack.frames.empty()) throw base::Error(path, where + " has no frames");
    for (int frame : stack.frames)
      if (static_cast<size_t>(frame) >= stacks.frames.size())
        throw base::Error(path, where + ": there is no frame " + std::to_string(frame));
    sum.samples = added(sum.samples, stack.samples, path);
    sum.bytes = added(sum.bytes, stack.bytes, path);
    sum.objects = added(sum.objects, stack.objects, path);
  }
}

}  // namespace

std::optional<Stacks> read_stacks(const std::string& folder, const std::string& variant,
                                  const std::string& clock) {
  const std::string path = path_of(folder, variant, clock);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  StacksFile file;
  JsonReader::from_json(read_document(path, "file of call stacks", kStacksSchema), Place{path},
                        file);
  if (file.stacks.clock != clock)
    throw base::Error(path, "holds stacks of the clock \"" + file.stacks.clock + "\"");
  check(file.stacks, path);
  return std::move(file.stacks);
}

void write_stacks(const std::string& folder, const std::string& variant, const Stacks& stacks) {
  const std::string path = path_of(folder, variant, stacks.clock);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_document(path, StacksFile{kStacksSchema, stacks}, -1);
}

}  // namespace winnow::profiles
