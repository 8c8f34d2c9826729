#include "base/hash.h"

#include <algorithm>
#include <cstdio>

#include "base/mapped_file.h"

namespace winnow::base {

void Hash::add(std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes)
    state_ = (state_ ^ static_cast<uint64_t>(byte)) * 0x100000001b3;
}

void Hash::add_number(uint64_t number) {
  std::byte bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<std::byte>(number >> (8 * i));
  add(bytes);
}

std::string Hash::hex() const {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(state_));
  return text;
}

std::string sampled_file_hash(const std::string& path) {
  constexpr size_t kEnd = size_t{64} << 10, kPage = 4096, kPages = 64;
  const MappedFile file(path);
  const auto bytes = file.bytes();
  Hash hash;
  hash.add_number(bytes.size());
  if (bytes.size() <= 2 * kEnd + kPages * kPage) {
    hash.add(bytes);
    return hash.hex();
  }
  hash.add(bytes.first(kEnd));
  const size_t step = (bytes.size() - 2 * kEnd) / kPages;
  for (size_t page = 0; page < kPages; ++page) hash.add(bytes.subspan(kEnd + page * step, kPage));
  hash.add(bytes.last(kEnd));
  return hash.hex();
}

}  // namespace winnow::base
