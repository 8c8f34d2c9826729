#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "profiles/agent/agent.h"

namespace winnow::agent {
namespace {

// Null when there is no more; the first to find that out says when.
EventChunk* next_chunk(Slot* slot) {
  EventsHeader& header = *g_state.events;
  slot->events = nullptr;
  if (header.full_ticks.load(std::memory_order_relaxed) != 0) return nullptr;
  const uint64_t index = header.used_chunks.fetch_add(1, std::memory_order_relaxed);
  if (index >= header.chunk_count) {
    uint64_t never = 0;
    header.full_ticks.compare_exchange_strong(never, now_ticks());
    return nullptr;
  }
  slot->events = &g_state.chunks[index];
  slot->events->slot = static_cast<uint32_t>(slot - g_state.slots);
  return slot->events;
}

void append(Slot* slot, uint64_t ticks, uint32_t event) {
  EventChunk* chunk = slot->events;
  if (chunk == nullptr || chunk->count.load(std::memory_order_relaxed) == kEventsOfChunk) {
    chunk = next_chunk(slot);
    if (chunk == nullptr) return;
  }
  const uint32_t count = chunk->count.load(std::memory_order_relaxed);
  chunk->events[count] = (ticks << kEventBits) | event;
  chunk->count.store(count + 1, std::memory_order_release);
}

}  // namespace

bool map_events_file(const char* path) {
  const int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return false;
  constexpr size_t kSize = kChunksOffset + kEventChunks * sizeof(EventChunk);
  void* mapped = MAP_FAILED;
  if (ftruncate(file, static_cast<off_t>(kSize)) == 0) {
    // Its pages are there from the start: no page fault in the region.
    mapped = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
  }
  const int error = errno;
  close(file);
  errno = error;
  if (mapped == MAP_FAILED) return false;
  memset(mapped, 0, kSize);
  auto* header = static_cast<EventsHeader*>(mapped);
  header->version = kVersion;
  header->chunk_size = sizeof(EventChunk);
  header->chunk_count = kEventChunks;
  header->magic = kEventsMagic;
  g_state.chunks = reinterpret_cast<EventChunk*>(static_cast<char*>(mapped) + kChunksOffset);
  g_state.events = header;
  return true;
}

void add_event(Slot* slot, uint64_t ticks, uint32_t event) {
  if (!slot->told) {
    // The thread's first in the region: it was there before, or since its creation.
    slot->told = true;
    const uint64_t begin = g_state.header->region_begin_ticks.load(std::memory_order_acquire);
    append(slot, std::max(begin, slot->born_ticks), kThreadBegins);
    append(slot, std::max(begin, slot->born_ticks), slot->mark);
  }
  append(slot, ticks, event);
}

}  // namespace winnow::agent
