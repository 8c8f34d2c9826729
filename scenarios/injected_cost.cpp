#include "scenarios/injected_cost.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "scenarios/dispatch.h"

namespace winnow::scenarios {
namespace {

using Clock = std::chrono::steady_clock;

struct CauseName {
  InjectedCause cause;
  std::string_view name;
};
constexpr CauseName kCauses[] = {{InjectedCause::region, "region"},
                                 {InjectedCause::wakeup, "wakeup"},
                                 {InjectedCause::thread, "thread"}};

int64_t ns_per(std::string_view unit) {
  return unit == "ns" ? 1 : unit == "us" ? 1'000 : unit == "ms" ? 1'000'000 : 0;
}

int64_t ns_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

void spin(int64_t ns) {
  const auto end = Clock::now() + std::chrono::nanoseconds(ns);
  while (Clock::now() < end) {
  }
}

// Whether one of the process's other threads runs, or was woken and waits for a core.
bool another_runs() {
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    if (task.path().filename() == std::to_string(::gettid())) continue;
    std::ifstream file(task.path() / "stat");
    std::string line;
    std::getline(file, line);
    const size_t name_end = line.rfind(") ");
    if (name_end != std::string::npos && line.compare(name_end, 3, ") R") == 0) return true;
  }
  return false;
}

// Does `loop` run a body on another thread than this one? A body on this thread waits for such a
// one for a while, so that the others have time to wake up; longer where one of them waits for a
// core, as beside other programs.
class OtherThread {
 public:
  void meet() {
    if (std::this_thread::get_id() != caller_) seen_ = true;
    while (!seen_ && (Clock::now() < end_ || (Clock::now() < last_end_ && another_runs())))
      std::this_thread::yield();
  }
  bool seen() const { return seen_; }

 private:
  const std::thread::id caller_ = std::this_thread::get_id();
  const Clock::time_point end_ = Clock::now() + std::chrono::milliseconds(50),
                          last_end_ = end_ + std::chrono::seconds(2);
  std::atomic<bool> seen_ = false;
};

std::atomic<uint64_t> next_id = 1;

}  // namespace

InjectedCause parse_cause(const std::string& option, std::string_view name) {
  for (const CauseName& known : kCauses)
    if (known.name == name) return known.cause;
  throw base::UsageError(option, fmt::format("{}: no such cause; one of region, wakeup, thread",
                                             base::printable(std::string(name))));
}

std::string_view name_of(InjectedCause cause) {
  for (const CauseName& known : kCauses)
    if (known.cause == cause) return known.name;
  return "";
}

Injection parse_injection(const std::string& option, const std::string& text) {
  const size_t equals = text.find('=');
  Injection injection;
  injection.cause = parse_cause(option, std::string_view(text).substr(0, equals));
  const bool spins = injection.cause == InjectedCause::region;
  const int64_t most = spins ? kMostInjectedNs : kMostInjectedTimes;
  const auto fail = [&] {
    throw base::UsageError(
        option, spins ? "expected region=<number>ns, us or ms, at most 1000ms"
                      : fmt::format("expected {}=<0 to {}>", name_of(injection.cause), most));
  };
  if (equals == std::string::npos) fail();
  const char *begin = text.data() + equals + 1, *end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, injection.amount);
  const std::string_view unit(stop, static_cast<size_t>(end - stop));
  const int64_t factor = spins ? ns_per(unit) : unit.empty() ? 1 : 0;
  if (error != std::errc() || factor == 0 || injection.amount < 0 ||
      injection.amount > most / factor)
    fail();
  injection.amount *= factor;
  return injection;
}

// A thread that opens regions, with a helper of its own to wake.
struct alignas(64) InjectedCost::Payer {
  int64_t regions = 0, paid_ns = 0;  // written by its thread only, read while no loop runs

  void wake_helper() {
    std::unique_lock lock(mutex);
    if (!helper.joinable()) helper = std::thread([this] { answer(); });
    asked = true;
    changed.notify_all();
    changed.wait(lock, [this] { return !asked; });
  }

  ~Payer() {
    {
      const std::lock_guard lock(mutex);
      ended = true;
      changed.notify_all();
    }
    if (helper.joinable()) helper.join();
  }

 private:
  void answer() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return asked || ended; });
      if (ended) return;
      asked = false;
      changed.notify_all();
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool asked = false, ended = false;
  std::thread helper;
};

InjectedCost::InjectedCost(engine::Scheduler& scheduler, const Injection& injection, int threads)
    : scheduler_(scheduler), injection_(injection), id_(next_id++) {
  find_parallel_loops(threads);
}

InjectedCost::~InjectedCost() = default;

// Loops long enough for every strategy to cut them.
void InjectedCost::find_parallel_loops(int threads) {
  const int count = 64 * threads;
  const std::vector<int> lengths(static_cast<size_t>(4 * threads), 512);
  const auto tried = [](auto&& loop) {
    OtherThread other;
    loop(other);
    return other.seen();
  };
  parallel_[texts] =
      tried([&](auto& other) { scheduler_.over_texts(count, [&](int) { other.meet(); }); });
  parallel_[groups] = tried([&](auto& other) {
    scheduler_.over_groups(lengths, [&](std::span<const int>, int) { other.meet(); });
  });
  inside_group(scheduler_, [&] {
    parallel_[tiles] =
        tried([&](auto& other) { scheduler_.over_tiles(count, [&](int, int) { other.meet(); }); });
    parallel_[rows] =
        tried([&](auto& other) { scheduler_.over_rows(count, [&](int, int) { other.meet(); }); });
  });
}

InjectedCost::Payer& InjectedCost::payer() {
  thread_local uint64_t owner = 0;
  thread_local Payer* mine = nullptr;
  if (owner != id_) {
    const std::lock_guard lock(mutex_);
    mine = payers_.emplace_back(std::make_unique<Payer>()).get();
    owner = id_;
  }
  return *mine;
}

void InjectedCost::pay(Payer& payer) const {
  switch (injection_.cause) {
    case InjectedCause::region:
      if (injection_.amount > 0) spin(injection_.amount);
      return;
    case InjectedCause::wakeup:
      for (int64_t i = 0; i < injection_.amount; ++i) payer.wake_helper();
      return;
    case InjectedCause::thread:
      for (int64_t i = 0; i < injection_.amount; ++i) std::thread([] {}).join();
      return;
  }
}

void InjectedCost::before(Kind kind) {
  if (!parallel_[kind]) return;
  Payer& mine = payer();
  ++mine.regions;
  if (injection_.amount == 0) return;
  const auto start = Clock::now();
  pay(mine);
  mine.paid_ns += ns_since(start);
}

void InjectedCost::over_texts(int count, engine::TextBody body) {
  before(texts);
  scheduler_.over_texts(count, body);
}

void InjectedCost::over_groups(std::span<const int> lengths, engine::GroupBody body) {
  before(groups);
  scheduler_.over_groups(lengths, body);
}

void InjectedCost::over_tiles(int count, engine::RangeBody body) {
  before(tiles);
  scheduler_.over_tiles(count, body);
}

void InjectedCost::over_rows(int count, engine::RangeBody body) {
  before(rows);
  scheduler_.over_rows(count, body);
}

void InjectedCost::reset_counts() {
  for (const auto& payer : payers_) payer->regions = payer->paid_ns = 0;
}

int64_t InjectedCost::sum(int64_t Payer::*figure) const {
  int64_t sum = 0;
  for (const auto& payer : payers_) sum += (*payer).*figure;
  return sum;
}

int64_t InjectedCost::most(int64_t Payer::*figure) const {
  int64_t most = 0;
  for (const auto& payer : payers_) most = std::max(most, (*payer).*figure);
  return most;
}

int64_t InjectedCost::total() const { return sum(&Payer::regions); }
int64_t InjectedCost::most_by_one_thread() const { return most(&Payer::regions); }
int64_t InjectedCost::paid_ns() const { return sum(&Payer::paid_ns); }
int64_t InjectedCost::most_paid_ns() const { return most(&Payer::paid_ns); }

InjectedUnit InjectedCost::measure_unit(int samples) {
  Payer& mine = payer();
  pay(mine);  // a helper starts outside the time
  std::vector<int64_t> times;
  for (int i = 0; i < samples; ++i) {
    const auto start = Clock::now();
    pay(mine);
    times.push_back(ns_since(start));
  }
  std::ranges::sort(times);
  const auto quantile = [&](size_t percent) { return times[(times.size() - 1) * percent / 100]; };
  return {quantile(25), quantile(50), quantile(75)};
}

}  // namespace winnow::scenarios
