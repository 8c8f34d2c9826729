#include "profiles/symbols/memory_map.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

namespace winnow::profiles {
namespace {

// Takes a hexadecimal number and the character after it from the front of `line`.
bool take_number(std::string_view& line, char after, uint64_t& value) {
  const char* const last = line.data() + line.size();
  const auto [end, error] = std::from_chars(line.data(), last, value, 16);
  if (error != std::errc() || end == last || *end != after) return false;
  line.remove_prefix(static_cast<size_t>(end - line.data()) + 1);
  return true;
}

bool skip_word(std::string_view& line) {
  const size_t end = line.find(' ');
  if (end == std::string_view::npos) return false;
  line.remove_prefix(end + 1);
  return true;
}

// "begin-end permissions offset device inode   path"
std::optional<Mapping> parse_line(std::string_view line) {
  Mapping mapping;
  if (!take_number(line, '-', mapping.begin) || !take_number(line, ' ', mapping.end)) return {};
  if (!skip_word(line) || !take_number(line, ' ', mapping.offset)) return {};
  if (!skip_word(line) || mapping.begin >= mapping.end) return {};
  const size_t inode_end = std::min(line.find(' '), line.size());
  line.remove_prefix(inode_end);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  mapping.file = line;
  return mapping;
}

}  // namespace

MemoryMap::MemoryMap(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (auto mapping = parse_line(text.substr(0, end))) mappings_.push_back(std::move(*mapping));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::stable_sort(mappings_.begin(), mappings_.end(),
                   [](const Mapping& a, const Mapping& b) { return a.begin < b.begin; });
}

void MemoryMap::lay(Mapping mapping) {
  if (mapping.begin >= mapping.end) return;
  auto first = std::partition_point(mappings_.begin(), mappings_.end(),
                                    [&](const Mapping& m) { return m.end <= mapping.begin; });
  const auto last = std::partition_point(first, mappings_.end(),
                                         [&](const Mapping& m) { return m.begin < mapping.end; });
  std::vector<Mapping> rest;
  if (first != last && first->begin < mapping.begin) {
    rest.push_back(*first);
    rest.back().end = mapping.begin;
  }
  rest.push_back(mapping);
  if (first != last && std::prev(last)->end > mapping.end) {
    Mapping& behind = rest.emplace_back(*std::prev(last));
    behind.offset += mapping.end - behind.begin;
    behind.begin = mapping.end;
  }
  first = mappings_.erase(first, last);
  mappings_.insert(first, std::make_move_iterator(rest.begin()),
                   std::make_move_iterator(rest.end()));
}

const Mapping* MemoryMap::find(uint64_t pc) const {
  auto after =
      std::upper_bound(mappings_.begin(), mappings_.end(), pc,
                       [](uint64_t address, const Mapping& m) { return address < m.begin; });
  if (after == mappings_.begin()) return nullptr;
  const Mapping& mapping = *std::prev(after);
  return pc < mapping.end ? &mapping : nullptr;
}

}  // namespace winnow::profiles
