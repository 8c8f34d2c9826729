#include <zlib.h>

#include <map>

#include "base/error.h"
#include "reports/export_stacks.h"

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

Message value_type(Strings& strings, const char* type, const char* unit) {
  Message message;
  message.number(1, strings.index(type));
  message.number(2, strings.index(unit));
  return message;
}

// A frame is a function and a location, whose ids are its index + 1.
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
  location.message(4, line);
  profile.message(4, location);
  profile.message(5, function);
}

void add_sample(Message& profile, const profiles::Stack& stack, uint64_t count, uint64_t amount) {
  std::vector<uint64_t> locations;
  for (int frame : stack.frames) locations.push_back(static_cast<uint64_t>(frame) + 1);
  Message sample;
  sample.packed(1, locations);
  sample.packed(2, {count, amount});
  profile.message(2, sample);
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
  if (!stacks) throw base::Error("pprof", no_stacks(source, variant, source.clock));
  const bool allocation = source.clock == "allocation";
  const double period_ns = stacks->period_s * 1e9;

  Strings strings;
  Message profile;
  const Message amount = allocation ? value_type(strings, "alloc_space", "bytes")
                                    : value_type(strings, source.clock.c_str(), "nanoseconds");
  profile.message(1, allocation ? value_type(strings, "alloc_objects", "count")
                                : value_type(strings, "samples", "count"));
  profile.message(1, amount);
  for (const auto& stack : stacks->stacks) {
    if (allocation)
      add_sample(profile, stack, static_cast<uint64_t>(stack.objects),
                 static_cast<uint64_t>(stack.bytes));
    else
      add_sample(profile, stack, static_cast<uint64_t>(stack.samples),
                 static_cast<uint64_t>(static_cast<double>(stack.samples) * period_ns));
  }
  for (size_t i = 0; i < stacks->frames.size(); ++i)
    add_frame(profile, strings, stacks->frames[i], i + 1);
  if (!allocation) {
    profile.message(11, amount);
    profile.number(12, static_cast<uint64_t>(period_ns));
  }
  profile.number(13, strings.index("variant " + source.recording.variants[variant].name + ", " +
                                   source.recording.workload.scenario));
  for (const std::string& text : strings.table) profile.text(6, text);
  return gzipped(profile.bytes());
}

}  // namespace winnow::reports
