#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

// The layout of $WINNOW_OUT/agent.bin: a header, then `slot_count` slots. The agent maps it shared,
// so that what was counted survives any death of the process; the harness reads it afterwards.
// Times are in ticks of the header's clock; the two pairs at the region's ends calibrate it.
namespace winnow::agent {

inline constexpr uint64_t kMagic = 0x746e65676177696e;  // "niwagent"
inline constexpr uint32_t kVersion = 5;
inline constexpr uint32_t kDefaultSlots = 4096;
inline constexpr uint32_t kMaxSlots = 1 << 16;

// Calls that take time; each thread is in one of them at most.
enum Op : uint32_t {
  kNoOp,
  kThreadCreate,
  kThreadJoin,
  kConditionWait,
  kConditionSignal,
  kConditionBroadcast,
  kMutexContended,
  kFutexWait,
  kFutexWake,
  kYield,
  kOpCount
};

inline constexpr uint32_t kMarkCount = 5;  // WINNOW_STATE_COUNT

// Where a thread spends its CPU time: exactly one place at any moment, from its mark and its call.
enum Place : uint32_t {
  kPlaceOther,
  kPlaceComputing,
  kPlaceSearching,
  kPlaceWaiting,
  kPlaceSignalling,
  kPlaceCreating,  // in pthread_create or pthread_join, whatever the mark
  kPlaceCount
};

enum Phase : uint32_t { kOff, kBeforeRegion, kInRegion, kAfterRegion };

struct Counter {
  uint64_t count;
  uint64_t ticks;
};

// The kernel's figures of a thread at one moment, since the thread began.
struct Account {
  int64_t tid;  // whose they are; 0: not taken. Written last.
  int64_t cpu_ns;
  int64_t run_queue_ns;  // -1: not readable
  int64_t voluntary_switches;
  int64_t involuntary_switches;
};

// What was counted within the region.
struct Figures {
  Counter ops[kOpCount];
  Counter marks[kMarkCount];
  int64_t cpu_ns[kPlaceCount];
  uint64_t allocations;
  uint64_t allocated_bytes;
  uint64_t frees;
};

// Sums over threads that were created and ended within the region.
struct Folded {
  Figures figures;
  uint64_t threads;
  uint64_t life_ticks;
  int64_t cpu_ns;
  int64_t run_queue_ns;
  uint64_t run_queue_unknown;  // threads whose run-queue delay could not be read
  int64_t voluntary_switches;
  int64_t involuntary_switches;
};

enum SlotState : uint32_t {
  kFree,
  kReserved,  // its thread is being created
  kRunning,
  kEnded  // kept: the thread was there before the region or outlived it
};

struct EventChunk;

// Written by the thread that holds it; `begin` and `end` also by the one that opens and closes the
// region.
struct alignas(64) Slot {
  std::atomic<uint32_t> state;
  std::atomic<uint32_t> next_free;  // index + 1; 0: none
  std::atomic<int64_t> tid;
  uint64_t born_ticks;  // when its creation was called
  uint64_t died_ticks;  // 0: alive
  char name[16];
  void* (*start)(void*);
  void* argument;

  Op op;
  uint64_t op_since_ticks;
  uint32_t mark;
  uint64_t mark_since_ticks;
  Place place;
  int64_t cpu_since_ns;  // the thread's CPU time up to which live.cpu_ns has it
  EventChunk* events;    // of $WINNOW_OUT/events.bin, where this slot's go; null: none
  bool told;             // this thread has an event
  bool marked;           // this thread has entered a state
  Figures live;
  Account begin, end;
  Folded folded;
};

struct Header {
  uint64_t magic;
  uint32_t version;
  uint32_t slot_size;
  uint32_t slot_count;
  uint32_t cores;  // that the process may run on
  int64_t pid;
  uint32_t counting;             // 1: the pass counts; else only phase and region are meant
  uint32_t allocates_elsewhere;  // 1: not by the hooks of malloc
  std::atomic<uint32_t> phase;
  std::atomic<uint64_t> region_begin_ticks;  // 0: not yet
  std::atomic<uint64_t> region_end_ticks;
  int64_t region_begin_ns, region_end_ns;  // CLOCK_MONOTONIC at the same moments
  int64_t cpu_begin_ns, cpu_end_ns;        // the process's CPU time there, since it began
  uint32_t replaced;  // 1: the process had run another program before, which is not counted
  uint32_t executed;  // 1: the region ended because the process became another program
  // Written all the time, what stands above is only read.
  alignas(64) std::atomic<uint32_t> used_slots;  // slots [0, used_slots) have been used
  std::atomic<uint64_t> free_list;               // (tag << 32) | (index + 1)
  std::atomic<uint64_t> uncounted_threads;       // created while no slot was free
  std::atomic<uint64_t> child_processes;         // that were made; what they do is not counted
};

inline constexpr size_t kSlotsOffset = 4096;
static_assert(sizeof(Header) <= kSlotsOffset);

// $WINNOW_OUT/events.bin: a header, then chunks of events in the order in which slots took them. A
// slot's events are in the order of their times; a slot whose thread has ended goes on with the
// next thread's. When all chunks are taken, recording stops for good.
inline constexpr uint64_t kEventsMagic = 0x746e65766577696e;  // "niwevent"
inline constexpr uint64_t kEventsOfChunk = 63;
inline constexpr uint64_t kMaxEvents = 500'000;
inline constexpr uint64_t kEventChunks = kMaxEvents / kEventsOfChunk;

// An event is (ticks << kEventBits) | what happened: below kMarkCount the state that was entered.
inline constexpr uint32_t kEventBits = 4;
enum Event : uint32_t {
  kThreadBegins = kMarkCount,
  kThreadEnds,
  kWaitBegins,  // in a call, of a thread that has entered no state yet
  kWaitEnds,
  kEventCount
};

struct EventChunk {
  uint32_t slot;
  std::atomic<uint32_t> count;
  uint64_t events[kEventsOfChunk];
};

struct EventsHeader {
  uint64_t magic;
  uint32_t version;
  uint32_t chunk_size;
  uint64_t chunk_count;
  std::atomic<uint64_t> full_ticks;               // when an event found no room; 0: never
  alignas(64) std::atomic<uint64_t> used_chunks;  // may exceed chunk_count
};

inline constexpr size_t kChunksOffset = 4096;
static_assert(sizeof(EventsHeader) <= kChunksOffset);

}  // namespace winnow::agent
