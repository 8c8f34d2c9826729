#pragma once

#include <libelf.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace winnow::profiles {

// Where an ELF file's loaded parts lie: offsets in the file and the addresses that they stand for.
class Segments {
 public:
  Segments() = default;
  // Addresses are the file's own, plus `bias`. A file that cannot be read, or null, has none.
  explicit Segments(Elf* elf, uint64_t bias = 0);

  std::optional<uint64_t> address_of(uint64_t file_offset) const;

 private:
  struct Segment {
    uint64_t offset, size_bytes, address;
  };
  std::vector<Segment> segments_;
};

}  // namespace winnow::profiles
