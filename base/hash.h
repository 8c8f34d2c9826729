#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace winnow::base {

// FNV-1a (Fowler, Noll and Vo), 64 bits: tells equal from different, withstands no attacker.
class Hash {
 public:
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text) { add(std::as_bytes(std::span(text))); }
  void add_number(uint64_t number);  // the same on every machine
  std::string hex() const;           // 16 digits

 private:
  uint64_t state_ = 0xcbf29ce484222325;
};

// Of a file's size, its first and last 64 KiB and 64 pages spread evenly between: cheap for a file
// of any size. Other bytes are not looked at. Throws Error.
std::string sampled_file_hash(const std::string& path);

}  // namespace winnow::base
