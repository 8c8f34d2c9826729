#include "profiles/recording/stacks.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "profiles/recording/document.h"

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
  Stacks stacks;
};

const Kind& stacks_kind() {
  static const Kind kind{"file of call stacks", {kStacksSchema}, {}, kLimitStacksBytes};
  return kind;
}

template <class Io, Is<StacksFile> T>
void fields(Io& io, T& file) {
  io("stacks", file.stacks);
}

// A variant's name may come out of a file: it must not lead elsewhere.
std::string path_of(const std::string& folder, const std::string& variant, ProfileClock clock) {
  const std::string name = variant + "." + word(clock) + ".json";
  if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
    throw base::Error(folder, "variant \"" + variant + "\": a name with a slash has no stacks");
  return folder + "/stacks/" + name;
}

int64_t added(int64_t sum, int64_t more, const std::string& path) {
  if (more > kLimitSum - sum) throw base::Error(path, "the stacks add up to more than can be");
  return sum + more;
}

void check(const Stacks& stacks, const std::string& path) {
  constexpr double kLimitPeriod_s = 3600;
  if (stacks.period_s > kLimitPeriod_s) throw base::Error(path, "period_s: longer than an hour");
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

template <class T>
size_t json_bytes(const T& value) {
  constexpr size_t kComma = 1;
  return JsonWriter::to_json(value).text().size() + kComma;
}

// How many of the stacks, the largest first, fit into a file.
size_t stacks_that_fit(const Stacks& stacks, size_t limit_bytes) {
  // For what stands around frames and stacks; values of a frame, and of a stack beside its frames.
  constexpr size_t kRoom = 1024, kFrameValues = 6, kStackValues = 5;
  size_t bytes = kRoom, values = kRoom + kFrameValues * stacks.frames.size();
  for (const Frame& frame : stacks.frames) bytes += json_bytes(frame);
  size_t count = 0;
  while (count < stacks.stacks.size()) {
    bytes += json_bytes(stacks.stacks[count]);
    values += kStackValues + stacks.stacks[count].frames.size();
    if (bytes > limit_bytes || values > base::kMostJsonValues) break;
    ++count;
  }
  return count;
}

void leave_out(Stacks& stacks, size_t kept) {
  const size_t count = stacks.stacks.size() - kept;
  if (kept == 0) stacks.frames.clear();
  Stack rest{{static_cast<int>(stacks.frames.size())}};
  for (size_t i = kept; i < stacks.stacks.size(); ++i) {
    rest.samples += stacks.stacks[i].samples;
    rest.bytes += stacks.stacks[i].bytes;
    rest.objects += stacks.stacks[i].objects;
  }
  stacks.stacks.resize(kept);
  stacks.stacks.push_back(std::move(rest));
  stacks.frames.push_back({fmt::format("[{} call stacks left out]", count), "", "other", 0});
}

}  // namespace

std::optional<Stacks> read_stacks(const std::string& folder, const std::string& variant,
                                  ProfileClock clock) {
  const std::string path = path_of(folder, variant, clock);
  if (!is_there(path)) return std::nullopt;
  Document document = open_document_in(folder, path, stacks_kind());
  StacksFile file;
  read_fields(document, path, file);
  if (file.stacks.clock != clock)
    throw base::Error(path, "holds stacks of the clock \"" + word(file.stacks.clock) + "\"");
  check(file.stacks, path);
  return std::move(file.stacks);
}

size_t write_stacks(const std::string& folder, const std::string& variant, Stacks stacks,
                    size_t limit_bytes) {
  const std::string path = path_of(folder, variant, stacks.clock);
  const size_t all = stacks.stacks.size(), kept = stacks_that_fit(stacks, limit_bytes);
  if (kept < all) leave_out(stacks, kept);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_document(path, stacks_kind(), JsonWriter::to_json(StacksFile{std::move(stacks)}));
  return all - kept;
}

}  // namespace winnow::profiles
