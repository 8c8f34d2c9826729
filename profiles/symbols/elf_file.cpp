#include "profiles/symbols/elf_file.h"

#include <gelf.h>

namespace winnow::profiles {

Segments::Segments(Elf* elf, uint64_t bias) {
  size_t count = 0;
  if (!elf || elf_getphdrnum(elf, &count) != 0) return;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) && header.p_type == PT_LOAD)
      segments_.push_back({header.p_offset, header.p_filesz, header.p_vaddr + bias});
  }
}

std::optional<uint64_t> Segments::address_of(uint64_t file_offset) const {
  for (const Segment& segment : segments_)
    if (file_offset >= segment.offset && file_offset - segment.offset < segment.size_bytes)
      return segment.address + (file_offset - segment.offset);
  return {};
}

}  // namespace winnow::profiles
