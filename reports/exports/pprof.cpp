#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "reports/exports/stacks.h"
#include "reports/recorded/words.h"

// https://github.com/google/pprof/blob/main/proto/profile.proto
namespace winnow::reports {

namespace {

// A message of Protocol Buffers, field by field.
class Message {
 public:
  void number(int field, uint64_t value) {
    varint(static_cast<uint64_t>(field) << 3);
    varint(value);
  }
  void text(int field, const std::string& bytes) {
    varint(static_cast<uint64_t>(field) << 3 | 2);
    varint(bytes.size());
    bytes_ += bytes;
  }
  void message(int field, const Message& inner) { text(field, inner.bytes_); }
  void packed(int field, const std::vector<uint64_t>& values) {
    Message inner;
    for (uint64_t value : values) inner.varint(value);
    text(field, inner.bytes_);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

constexpr uint64_t kMapping = 1;

// Figures of a recording may be of any size.
uint64_t whole(double value) { return static_cast<uint64_t>(std::clamp(value, 0.0, 9e18)); }

class Strings {
 public:
  Strings() { index(""); }
  uint64_t index(const std::string& text) {
    const auto [found, added] = index_.try_emplace(base::printable(text), table.size());
    if (added) table.push_back(found->first);
    return found->second;
  }
  std::vector<std::string> table;

 private:
  std::map<std::string, uint64_t> index_;
};

Message value_type(Strings& strings, const std::string& type, const std::string& unit) {
  Message message;
  message.number(1, strings.index(type));
  message.number(2, strings.index(unit));
  return message;
}

// A frame is a function and a location, whose ids are its index + 1. The line is that of the
// function's declaration.
void add_frame(Message& profile, Strings& strings, const profiles::Frame& frame, uint64_t id) {
  Message function;
  function.number(1, id);
  function.number(2, strings.index(frame.function));
  function.number(3, strings.index(frame.function));
  function.number(4, strings.index(frame.file));
  function.number(5, static_cast<uint64_t>(frame.line));
  Message line;
  line.number(1, id);
  line.number(2, static_cast<uint64_t>(frame.line));
  Message location;
  location.number(1, id);
  location.number(2, kMapping);
  location.message(4, line);
  profile.message(4, location);
  profile.message(5, function);
}

// One mapping, without addresses: it tells that names are there already, and the program's name.
void add_mapping(Message& profile, Strings& strings, const profiles::Stacks& stacks,
                 const std::string& program) {
  const auto told = [](const profiles::Frame& frame) { return !frame.file.empty(); };
  const bool files = std::ranges::any_of(stacks.frames, told);
  Message mapping;
  mapping.number(1, kMapping);
  mapping.number(5, strings.index(std::filesystem::path(program).filename().string()));
  mapping.number(7, true);  // functions
  mapping.number(8, files);
  mapping.number(9, files);  // lines
  profile.message(3, mapping);
}

void add_sample(Message& profile, const profiles::Stack& stack, uint64_t count, uint64_t amount) {
  std::vector<uint64_t> locations;
  for (int frame : stack.frames) locations.push_back(static_cast<uint64_t>(frame) + 1);
  Message sample;
  sample.packed(1, locations);
  sample.packed(2, {count, amount});
  profile.message(2, sample);
}

// Of the regions that were sampled, one after another.
uint64_t measured_ns(const MeasuredArm& variant, Pass pass) {
  double sum_ns = 0;
  for (const auto* block : variant.blocks(pass))
    for (int64_t wall_ns : block->iteration_wall_ns) sum_ns += static_cast<double>(wall_ns);
  return whole(sum_ns);
}

std::vector<std::string> comments(const Export& source, size_t variant, int iterations) {
  const Words& words = source.measured->words();
  const auto& workload = source.recording().workload;
  std::string over = "over " + count_of(iterations, words.iteration);
  if (!words.items.empty())
    over += fmt::format(" of {} {}", workload.items_per_iteration, words.items);
  std::vector<std::string> lines{
      "variant " + source.recording().variants[variant].name + ", " + workload.scenario, over};
  for (const Fact& fact : source.report.facts)
    if (fact.name == "Machine" || fact.name == "Commit")
      lines.push_back(fact.name + ": " + fact.value);
  return lines;
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;  // the largest window, with gzip's header, which holds no time
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw base::Error("pprof", "zlib cannot start");
  std::string result(deflateBound(&stream, text.size()), '\0');
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  const int status = deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw base::Error("pprof", "zlib failed");
  return result;
}

}  // namespace

std::string export_pprof(const Export& source) {
  const size_t variant = only_variant(source, "pprof");
  const profiles::Stacks* stacks = stacks_of(source.stacks[variant], source.clock);
  if (!stacks) throw base::Error("pprof", no_stacks((*source.measured)[variant], source.clock));
  const bool allocation = source.clock == ProfileClock::allocation;
  const double period_ns = stacks->period_s * 1e9;

  Strings strings;
  Message profile;
  const std::string amount_type = allocation ? "alloc_space" : word(source.clock);
  const Message amount = value_type(strings, amount_type, allocation ? "bytes" : "nanoseconds");
  profile.message(1, allocation ? value_type(strings, "alloc_objects", "count")
                                : value_type(strings, "samples", "count"));
  profile.message(1, amount);
  for (const auto& stack : stacks->stacks) {
    if (allocation)
      add_sample(profile, stack, static_cast<uint64_t>(stack.objects),
                 static_cast<uint64_t>(stack.bytes));
    else
      add_sample(profile, stack, static_cast<uint64_t>(stack.samples),
                 whole(static_cast<double>(stack.samples) * period_ns));
  }
  for (size_t i = 0; i < stacks->frames.size(); ++i)
    add_frame(profile, strings, stacks->frames[i], i + 1);
  add_mapping(profile, strings, *stacks, source.recording().variants[variant].program);
  if (!allocation) {
    profile.number(10, measured_ns((*source.measured)[variant], pass_of(source.clock)));
    profile.message(11, amount);
    profile.number(12, whole(period_ns));
  }
  for (const std::string& comment : comments(source, variant, stacks->iterations))
    profile.number(13, strings.index(comment));
  profile.number(14, strings.index(amount_type));
  for (const std::string& text : strings.table) profile.text(6, text);
  return gzipped(profile.bytes());
}

}  // namespace winnow::reports
