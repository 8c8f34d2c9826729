// truths COMMAND [SIZE [FLAG]]: pairs of programs of which it is known which is faster, and why.
// prove_truths measures them. truths.go and truths.rs do the same. Both commands of a pair do the
// same work and print the same number.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEPT __attribute__((noipa))  // neither inlined nor computed beforehand

enum { kThreads = 2, kHeldSteps = 40000, kTaskSteps = 8000, kItemBytes = 64,
       kKept = 1000, kSpinSteps = 2000 };

KEPT static uint64_t mix(uint64_t state, long steps) {
  for (long i = 0; i < steps; ++i) {
    state ^= state >> 29;
    state *= 0x9E3779B97F4A7C15u;
  }
  return state;
}

KEPT static uint64_t parse(uint64_t state, long steps) {
  for (long i = 0; i < steps; ++i) {
    state += 0x632BE59BD9B4E019u;
    state ^= state << 13;
    state ^= state >> 7;
  }
  return state;
}

static void run_threads(void *(*body)(void *), void *arguments[kThreads]) {
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i)
    if (pthread_create(&threads[i], NULL, body, arguments[i]) != 0) abort();
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
}

// A lock convoy: both threads work under one lock. Sharded: each has a lock and a counter of its
// own.
struct shard {
  _Alignas(128) pthread_mutex_t lock;
  uint64_t count;
};
static struct shard shards[kThreads] = {{PTHREAD_MUTEX_INITIALIZER, 0},
                                        {PTHREAD_MUTEX_INITIALIZER, 0}};
struct counting {
  struct shard *shard;
  uint64_t first;
  long times;
};

static void *count_under_lock(void *argument) {
  const struct counting *mine = argument;
  for (long i = 0; i < mine->times; ++i) {
    pthread_mutex_lock(&mine->shard->lock);
    mine->shard->count += mix(mine->first + (uint64_t)i, kHeldSteps);
    pthread_mutex_unlock(&mine->shard->lock);
  }
  return NULL;
}

static uint64_t count(long times, int shard_count) {
  struct counting counting[kThreads];
  void *arguments[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    counting[i] = (struct counting){&shards[i % shard_count], (uint64_t)(i * times + 1), times};
    arguments[i] = &counting[i];
  }
  run_threads(count_under_lock, arguments);
  return shards[0].count + shards[1].count;
}

// False sharing: two counters in one cache line, or far apart.
static struct {
  _Alignas(256) _Atomic uint64_t count[kThreads * 64];
} counters;
struct adding {
  _Atomic uint64_t *count;
  long times;
};

KEPT static void add_up(_Atomic uint64_t *counter, long times) {
  for (long i = 0; i < times; ++i) atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void *add_up_all(void *argument) {
  const struct adding *mine = argument;
  add_up(mine->count, mine->times);
  return NULL;
}

static uint64_t add(long times, int distance) {
  struct adding adding[kThreads];
  void *arguments[kThreads];
  uint64_t sum = 0;
  for (int i = 0; i < kThreads; ++i) {
    adding[i] = (struct adding){&counters.count[i * distance], times};
    arguments[i] = &adding[i];
  }
  run_threads(add_up_all, arguments);
  for (int i = 0; i < kThreads; ++i) sum += counters.count[i * distance];
  return sum;
}

// A thread for each task, or two threads that take all.
static atomic_long next_task;
static _Atomic uint64_t task_sum;
static long task_count;

static void run_task(long task) { task_sum += mix((uint64_t)task + 1, kTaskSteps); }

static void *run_one_task(void *argument) {
  run_task((long)(intptr_t)argument);
  return NULL;
}

static void *run_tasks(void *argument) {
  (void)argument;
  for (long task; (task = next_task++) < task_count;) run_task(task);
  return NULL;
}

static uint64_t thread_each(long tasks) {
  for (long task = 0; task + kThreads <= tasks; task += kThreads) {
    void *arguments[kThreads];
    for (int i = 0; i < kThreads; ++i) arguments[i] = (void *)(intptr_t)(task + i);
    run_threads(run_one_task, arguments);
  }
  return task_sum;
}

static uint64_t pool(long tasks) {
  void *arguments[kThreads] = {NULL, NULL};
  task_count = tasks;
  run_threads(run_tasks, arguments);
  return task_sum;
}

// Double work: mix is called once or twice for each item, parse once.
static uint64_t work(long items, int times) {
  uint64_t sum = 0;
  for (long item = 0; item < items; ++item) {
    const uint64_t parsed = parse((uint64_t)item + 1, 6000);
    uint64_t mixed = 0;
    for (int i = 0; i < times; ++i) mixed = mix(parsed, 8000);
    sum += mixed;
  }
  return sum;
}

// Both end at the same moment: one sleeps until 8 ms before, more than a late timer takes.
static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Between two looks at the clock it works, so that its time is its own and not the clock's.
KEPT static uint64_t spin_until(int64_t end_ns) {
  uint64_t state = 1;
  while (now_ns() < end_ns)
    for (int i = 0; i < kSpinSteps; ++i) state = (state ^ (state >> 29)) * 0x9E3779B97F4A7C15u;
  return state;
}

static uint64_t pass_time(long milliseconds, int sleeps) {
  const int64_t end_ns = now_ns() + (int64_t)milliseconds * 1000000;
  if (sleeps) {
    const int64_t until_ns = end_ns - 8000000;
    const struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
  }
  return spin_until(end_ns) != 0;
}

// An allocation for each item, or a thousand that are used again; so many are kept at a time.
KEPT static uint64_t fill(unsigned char *item, long number) {
  memset(item, (int)(number & 127), kItemBytes);
  return item[number % kItemBytes];
}

KEPT static unsigned char *new_item(void) {
  unsigned char *item = malloc(kItemBytes);
  if (!item) abort();
  return item;
}

static uint64_t allocate(long items, int each) {
  static unsigned char *kept[kKept];
  uint64_t sum = 0;
  for (int i = 0; !each && i < kKept; ++i) kept[i] = new_item();
  for (long item = 0; item < items; ++item) {
    const long place = item % kKept;
    for (int i = 0; each && place == 0 && i < kKept; ++i) free(kept[i]);
    if (each) kept[place] = new_item();
    sum += fill(kept[place], item);
  }
  return sum;
}

// A flag that nobody reads.
static pthread_mutex_t item_lock = PTHREAD_MUTEX_INITIALIZER;
static long next_item, item_count;
static uint64_t item_sum;

static void *take_items(void *argument) {
  (void)argument;
  uint64_t sum = 0;
  for (;;) {
    pthread_mutex_lock(&item_lock);
    const long item = next_item++;
    pthread_mutex_unlock(&item_lock);
    if (item >= item_count) break;
    unsigned char *bytes = new_item();
    sum += fill(bytes, item) + mix((uint64_t)item + 1, kHeldSteps);
    free(bytes);
  }
  pthread_mutex_lock(&item_lock);
  item_sum += sum;
  pthread_mutex_unlock(&item_lock);
  return NULL;
}

static uint64_t flagged(long items) {
  void *arguments[kThreads] = {NULL, NULL};
  item_count = items;
  run_threads(take_items, arguments);
  return item_sum;
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  const long size = argc > 2 ? atol(argv[2]) : 0;
  uint64_t result;
  if (size <= 0) {
    fprintf(stderr, "truths: COMMAND SIZE [FLAG]\n");
    return 2;
  }
  if (!strcmp(command, "convoy"))
    result = count(size, 1);
  else if (!strcmp(command, "sharded"))
    result = count(size, kThreads);
  else if (!strcmp(command, "false-sharing"))
    result = add(size, 1);
  else if (!strcmp(command, "padded"))
    result = add(size, 32);
  else if (!strcmp(command, "thread-each"))
    result = thread_each(size);
  else if (!strcmp(command, "pool"))
    result = pool(size);
  else if (!strcmp(command, "once"))
    result = work(size, 1);
  else if (!strcmp(command, "twice"))
    result = work(size, 2);
  else if (!strcmp(command, "sleep"))
    result = pass_time(size, 1);
  else if (!strcmp(command, "spin"))
    result = pass_time(size, 0);
  else if (!strcmp(command, "allocate"))
    result = allocate(size, 1);
  else if (!strcmp(command, "reuse"))
    result = allocate(size, 0);
  else if (!strcmp(command, "flagged"))
    result = flagged(size);
  else {
    fprintf(stderr, "truths: %s: unknown command\n", command);
    return 2;
  }
  printf("%llu\n", (unsigned long long)result);
  return 0;
}
