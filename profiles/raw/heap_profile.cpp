#include "profiles/raw/heap_profile.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/file.h"

namespace winnow::profiles {
namespace {

constexpr size_t kMostHeapBytes = 256'000'000;
constexpr int64_t kLimitCount = int64_t{1} << 52;  // sums of a file's lines stay exact and positive
constexpr std::string_view kHeader = "heap profile:";
constexpr std::string_view kMap = "MAPPED_LIBRARIES:";

// Walks over one line: "n: b [N: B] @ rest".
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  bool skip(char expected) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int64_t> integer() {
    skip_spaces();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return {};
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  std::optional<uint64_t> address() {
    skip_spaces();
    if (!rest_.starts_with("0x")) return {};
    uint64_t value = 0;
    const char* const begin = rest_.data() + 2;
    const auto [end, error] = std::from_chars(begin, rest_.data() + rest_.size(), value, 16);
    if (error != std::errc()) return {};
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  std::string_view rest() {
    skip_spaces();
    return rest_;
  }

 private:
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }
  std::string_view rest_;
};

// The cumulative pair; the pair in use, which may shrink, is only checked to be there.
std::optional<Allocations> read_counters(LineReader& line) {
  const bool in_use = line.integer() && line.skip(':') && line.integer();
  if (!in_use || !line.skip('[')) return {};
  const auto objects = line.integer();
  if (!objects || !line.skip(':')) return {};
  const auto bytes = line.integer();
  if (!bytes || !line.skip(']') || !line.skip('@')) return {};
  return Allocations{*objects, *bytes};
}

class DumpReader {
 public:
  DumpReader(std::string_view text, const std::string& subject) : rest_(text), subject_(subject) {}

  HeapDump read() {
    HeapDump dump;
    std::string_view line = next_line();
    if (!line.starts_with(kHeader)) fail("not a heap profile of gperftools");
    LineReader header(line.substr(kHeader.size()));
    dump.header = checked(read_counters(header));
    if (header.rest() != "heapprofile")
      fail("not a full heap profile, but \"" + std::string(header.rest().substr(0, 40)) + "\"");
    while ((line = next_line()) != kMap) {
      if (line.empty()) continue;
      read_stack(line, dump);
    }
    dump.memory_map = rest_;
    return dump;
  }

 private:
  void read_stack(std::string_view line, HeapDump& dump) {
    LineReader reader(line);
    const Allocations allocations = checked(read_counters(reader));
    std::vector<uint64_t> stack;
    while (!reader.rest().empty()) {
      const auto pc = reader.address();
      if (!pc) fail("an address cannot be read");
      stack.push_back(*pc);
    }
    dump.stacks[std::move(stack)] += allocations;
    sum_ += allocations;
    checked(sum_);
  }

  Allocations checked(const std::optional<Allocations>& counters) const {
    if (!counters) fail("expected \"objects: bytes [objects: bytes] @\"");
    if (counters->objects < 0 || counters->bytes < 0)
      fail("a counter is negative: it has wrapped, measure fewer iterations");
    if (counters->objects > kLimitCount || counters->bytes > kLimitCount)
      fail("a counter is larger than can be");
    return *counters;
  }

  std::string_view next_line() {
    ++line_number_;
    const size_t end = rest_.find('\n');
    if (end == std::string_view::npos) {
      if (line_number_ == 1) fail("not a heap profile of gperftools");
      fail("cut short: it has no " + std::string(kMap));
    }
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw base::Error(subject_, "line " + std::to_string(line_number_) + ": " + problem);
  }

  std::string_view rest_;
  const std::string& subject_;
  int line_number_ = 0;
  Allocations sum_;
};

}  // namespace

HeapDump parse_heap_dump(std::string_view text, const std::string& subject) {
  if (text.empty())
    throw base::Error(subject, "empty: the profiled process was killed while it wrote the dump");
  return DumpReader(text, subject).read();
}

HeapDump read_heap_dump(const std::string& file) {
  return parse_heap_dump(base::read_file(file, kMostHeapBytes), file);
}

Allocations difference(const Allocations& end, const Allocations& begin,
                       const std::string& subject) {
  if (end.objects < begin.objects || end.bytes < begin.bytes)
    throw base::Error(subject,
                      "a counter is smaller at the end than at the beginning of the region: it has "
                      "wrapped (measure fewer iterations) or the dumps are of different processes");
  return {end.objects - begin.objects, end.bytes - begin.bytes};
}

}  // namespace winnow::profiles
