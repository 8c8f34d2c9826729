#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "base/error.h"
#include "base/file.h"
#include "profiles/recording/journal.h"
#include "profiles/run/folder.h"
#include "tests/catch.h"
#include "tests/scratch.h"
#include "tests/text.h"

// The folder of a recording against a model of it: from each state every event is tried, and in
// every one of them each system call fails once, and once the process is killed there. Whatever
// happened, all that was measured can be read afterwards, and the next run finishes.

namespace {

// Of this process; a fork has its own.
struct Fault {
  int countdown = 0;  // of calls until it happens; 0: it does not
  bool kills = false;
  bool no_exchange = false;  // as a file system without it
};
Fault g_fault;

// Shared with the process in which an event takes place.
struct Told {
  int calls = 0;  // that could have failed
  int measured = 0;
  int64_t ids[32] = {};
};
Told* g_told = nullptr;
bool g_counting = false;

// True: the call is to fail. What changes nothing needs no kill before it: the next call that does
// change something finds the same.
enum class Call { looks, changes };
bool fails(Call call = Call::changes) {
  if (!g_counting || (g_fault.kills && call == Call::looks)) return false;
  ++g_told->calls;
  if (g_fault.countdown == 0 || --g_fault.countdown > 0) return false;
  if (g_fault.kills) ::kill(::getpid(), SIGKILL);
  errno = EIO;
  return true;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int opened_at(int at, const char* path, int flags, mode_t mode) {
  const Call call = (flags & O_CREAT) != 0 ? Call::changes : Call::looks;
  return fails(call) ? -1 : static_cast<int>(::syscall(SYS_openat, at, path, flags, mode));
}

int looked_at(const char* path, struct stat* found, int flags) {
  return fails(Call::looks)
             ? -1
             : static_cast<int>(::syscall(SYS_newfstatat, AT_FDCWD, path, found, flags));
}

dirent* next_entry(DIR* folder) {
  return fails(Call::looks) ? nullptr : next<dirent*(DIR*)>("readdir64")(folder);
}

// The argument behind the flags, where there is one.
mode_t mode_of(int flags, va_list more) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

}  // namespace

// In the place of the C library's, also for the C++ library.
extern "C" {

int rename(const char* from, const char* to) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_rename, from, to));
}
int renameat2(int from_at, const char* from, int to_at, const char* to,
              unsigned int flags) noexcept {
  if (fails()) return -1;
  if (g_fault.no_exchange) {
    errno = EINVAL;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_renameat2, from_at, from, to_at, to, flags));
}
int mkdir(const char* path, mode_t mode) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_mkdir, path, mode));
}
int unlink(const char* path) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_unlink, path));
}
int unlinkat(int at, const char* path, int flags) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_unlinkat, at, path, flags));
}
int rmdir(const char* path) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_rmdir, path));
}
int remove(const char* path) noexcept {
  if (fails()) return -1;
  const long done = ::syscall(SYS_unlink, path);
  if (done == 0 || errno != EISDIR) return static_cast<int>(done);
  return static_cast<int>(::syscall(SYS_rmdir, path));
}
int linkat(int from_at, const char* from, int to_at, const char* to, int flags) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_linkat, from_at, from, to_at, to, flags));
}
int ftruncate(int file, off_t size) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_ftruncate, file, size));
}
ssize_t write(int file, const void* bytes, size_t size) {
  return fails() ? -1 : ::syscall(SYS_write, file, bytes, size);
}
ssize_t read(int file, void* bytes, size_t size) {
  return fails(Call::looks) ? -1 : ::syscall(SYS_read, file, bytes, size);
}
// Of those that have a second name for large files this source defines that one, and the C++
// library calls the first.
int plain_open(const char* path, int flags, ...) __asm__("open");
int plain_openat(int at, const char* path, int flags, ...) __asm__("openat");
int plain_stat(const char* path, struct stat* found) noexcept __asm__("stat");
int plain_lstat(const char* path, struct stat* found) noexcept __asm__("lstat");
dirent* plain_readdir(DIR* folder) __asm__("readdir");

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return opened_at(AT_FDCWD, path, flags, mode);
}
int plain_open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return opened_at(AT_FDCWD, path, flags, mode);
}
int openat(int at, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return opened_at(at, path, flags, mode);
}
int plain_openat(int at, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return opened_at(at, path, flags, mode);
}
int stat(const char* path, struct stat* found) noexcept { return looked_at(path, found, 0); }
int plain_stat(const char* path, struct stat* found) noexcept { return looked_at(path, found, 0); }
int lstat(const char* path, struct stat* found) noexcept {
  return looked_at(path, found, AT_SYMLINK_NOFOLLOW);
}
int plain_lstat(const char* path, struct stat* found) noexcept {
  return looked_at(path, found, AT_SYMLINK_NOFOLLOW);
}
dirent* readdir(DIR* folder) { return next_entry(folder); }
dirent* plain_readdir(DIR* folder) { return next_entry(folder); }
DIR* opendir(const char* path) {
  return fails(Call::looks) ? nullptr : next<DIR*(const char*)>("opendir")(path);
}
DIR* fdopendir(int file) {
  return fails(Call::looks) ? nullptr : next<DIR*(int)>("fdopendir")(file);
}
}

namespace {

using namespace winnow;
using namespace winnow::profiles;

namespace fs = std::filesystem;

enum class End { finish, fail, interrupt, kill };

struct Event {
  const char* name;
  End end;
  const char* plan;
};

constexpr Event kEvents[] = {
    {"finish A", End::finish, "A"},       {"fail A", End::fail, "A"},
    {"interrupt A", End::interrupt, "A"}, {"kill A", End::kill, "A"},
    {"finish B", End::finish, "B"},       {"interrupt B", End::interrupt, "B"},
};
constexpr int kBlocks = 2;

RunStatus status_of(End end) {
  if (end == End::finish) return RunStatus::complete;
  return end == End::fail ? RunStatus::incomplete : RunStatus::interrupted;
}

Recording new_recording() {
  Recording recording;
  recording.created = "2026-01-02T03:04:05Z";
  recording.winnow_version = "test";
  recording.baseline = "a";
  Variant variant;
  variant.name = "a";
  recording.variants = {variant};
  return recording;
}

void measure(const std::string& folder, Journal& journal, int64_t first_id, Recording& recording) {
  std::map<int, Block> earlier;
  for (const JournalEntry& entry : read_journal(folder)) earlier[entry.block.index] = entry.block;
  for (int i = 0; i < kBlocks; ++i) {
    Block block;
    block.variant = "a";
    block.index = i;
    block.iteration_wall_ns = {first_id + i};
    block.region.emplace().wall_ns = first_id + i;
    if (earlier.contains(i)) {
      block = earlier[i];
    } else {
      journal.note(recording);
      journal.add({block, {}});
      g_told->ids[g_told->measured++] = first_id + i;
    }
    recording.blocks.push_back(block);
  }
}

// A run in few words, as profiles/run/run.cpp has it.
template <class Folder>
void play(const std::string& out, const Event& event, int64_t first_id) {
  Folder folder(out, {std::string("plan: ") + event.plan + "\n", false, {}});
  Recording recording = folder.goes_on() ? read_recording(folder.partial()) : new_recording();
  recording.blocks.clear();
  Journal journal(folder.partial());
  measure(folder.partial(), journal, first_id, recording);
  if (event.end == End::kill) ::kill(::getpid(), SIGKILL);
  recording.status = status_of(event.end);
  write_recording(folder.partial(), recording);
  folder.keep(recording.status);
}

// In a process of its own; its wait status.
template <class Folder>
int take_place(const std::string& out, const Event& event, int64_t first_id, const Fault& fault) {
  *g_told = {};
  const pid_t process = ::fork();
  if (process == 0) {
    int status = 0;
    g_fault = fault;
    g_counting = true;
    try {
      play<Folder>(out, event, first_id);
    } catch (const std::exception& error) {
      status = 3;
    }
    g_counting = false;
    ::_exit(status);
  }
  int status = -1;
  ::waitpid(process, &status, 0);
  return status;
}

// What a reader finds.
struct Seen {
  std::set<int64_t> ids;                // of blocks that ended well, wherever they lie
  std::optional<RunStatus> out_status;  // of the recording in the folder itself
  std::set<int64_t> out_ids;
  std::vector<std::set<int64_t>> complete;  // the newest first: in the folder, then aside by number
  bool notes = false;                       // the user's file
};

Seen look(const std::string& root) {
  Seen seen;
  std::set<fs::path> folders;  // "out", "out.partial", "out.previous", "out.previous-2"
  for (const auto& entry : fs::directory_iterator(root)) folders.insert(entry.path());
  for (const fs::path& path : folders) {
    const std::string folder = path.string();
    seen.notes = seen.notes || fs::exists(folder + "/notes.txt");
    if (!fs::exists(folder + "/recording.json")) continue;
    const Recording recording = read_recording(folder);
    const bool is_out = path.filename() == "out";
    if (is_out) seen.out_status = recording.status;
    for (const Block& block : recording.blocks) {
      seen.ids.insert(block.iteration_wall_ns.at(0));
      if (is_out) seen.out_ids.insert(block.iteration_wall_ns.at(0));
    }
    if (recording.status != RunStatus::complete) continue;
    std::set<int64_t>& ids = seen.complete.emplace_back();
    for (const Block& block : recording.blocks) ids.insert(block.iteration_wall_ns.at(0));
  }
  return seen;
}

int rank_of(RunStatus status) {
  return status == RunStatus::complete ? 2 : status == RunStatus::incomplete ? 1 : 0;
}

// What must still be there behind an event: of complete recordings those but the last three may go,
// when a complete one has taken its place.
std::set<int64_t> still_needed(const Seen& before, const Seen& after) {
  std::set<int64_t> needed = before.ids;
  if (after.out_status == RunStatus::complete && before.out_ids != after.out_ids)
    for (size_t i = 2; i < before.complete.size(); ++i)
      for (const int64_t id : before.complete[i]) needed.erase(id);
  for (int i = 0; i < g_told->measured; ++i) needed.insert(g_told->ids[i]);
  return needed;
}

// What is wrong; empty: nothing.
std::string violation(const Seen& before, const Seen& after, bool exchanges) {
  for (const int64_t id : still_needed(before, after))
    if (!after.ids.contains(id)) return "block " + std::to_string(id) + " is lost";
  if (before.notes && !after.notes) return "the user's file is lost";
  // An interrupted one is gone on with beside its place.
  if (exchanges && before.out_status && rank_of(*before.out_status) > 0 &&
      (!after.out_status || rank_of(*after.out_status) == 0))
    if (!after.out_status || *after.out_status != RunStatus::interrupted ||
        after.ids.size() <= after.out_ids.size())
      return "the folder names no whole recording";
  return "";
}

// In memory where there is a file system for that: half of the time goes into files otherwise.
fs::path quick_folder() {
  const fs::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK | X_OK) == 0 ? memory : fs::temp_directory_path();
}

// The events that lead to a state from an empty folder.
struct State {
  const char* name;
  std::vector<Event> events;
};

const Event &kFinishA = kEvents[0], &kFailA = kEvents[1], &kInterruptA = kEvents[2],
            &kKillA = kEvents[3];
constexpr Event kKillB{"kill B", End::kill, "B"}, kFinishB{"finish B", End::finish, "B"};

std::vector<State> states_of_one() {
  return {{"none", {}},
          {"partial", {kKillA}},
          {"partial of another plan", {kKillB}},
          {"complete", {kFinishA}},
          {"incomplete", {kFailA}},
          {"interrupted", {kInterruptA}}};
}

std::vector<State> states_of_several() {
  return {{"complete and partial", {kFinishA, kKillA}},
          {"complete and partial of another plan", {kFinishA, kKillB}},
          {"interrupted and partial of another plan", {kInterruptA, kKillB}},
          {"previous, interrupted and partial", {kFinishA, kInterruptA, kKillB}}};
}

// Tries one event from one state with a fault at each of its calls, in turn. What was wrong first,
// with the place; empty: nothing. `tries` counts.
template <class Folder>
class Trial {
 public:
  Trial(const State& state, bool exchanges, int& tries)
      : state_(state), exchanges_(exchanges), tries_(tries) {
    fs::create_directory(scratch_ / "state");
    int64_t id = 1000;
    for (const Event& event : state.events)
      take_place<Folder>(scratch_ / "state/out", event, id += 100, {});
    if (fs::exists(scratch_ / "state/out"))
      base::write_file(scratch_ / "state/out/notes.txt", "mine");
    before_ = look(scratch_ / "state");
  }

  std::string run(const Event& event, bool kills) {
    for (int at = 0;; ++at) {
      const std::string wrong = once(event, kills, at);
      const std::string what = at == 0 ? "nothing" : kills ? "a kill" : "a failure";
      if (!wrong.empty())
        return std::string(state_.name) + ", " + event.name + ", " + what + " at call " +
               std::to_string(at) + ": " + wrong;
      if (at > calls_) return "";
    }
  }

 private:
  // at 0: without a fault, which tells how many calls there are.
  std::string once(const Event& event, bool kills, int at) {
    ++tries_;
    const std::string root = scratch_ / "try", out = root + "/out";
    fs::remove_all(root);
    fs::copy(scratch_ / "state", root, fs::copy_options::recursive);
    Fault fault{at, kills, !exchanges_};
    take_place<Folder>(out, event, 5000, fault);
    if (at == 0) calls_ = g_told->calls;
    Seen after;
    try {
      after = look(root);
    } catch (const std::exception& error) {
      return error.what();
    }
    if (std::string wrong = violation(before_, after, exchanges_); !wrong.empty()) return wrong;
    after.ids = still_needed(before_, after);  // what was replaced may go now
    return recover(root, after);
  }

  // The next run finishes, and finds all that was there.
  std::string recover(const std::string& root, const Seen& before) {
    const int status = take_place<Folder>(root + "/out", kFinishA, 9000, {0, false, !exchanges_});
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return "the next run fails";
    const Seen after = look(root);
    if (std::string wrong = violation(before, after, exchanges_); !wrong.empty())
      return wrong + " behind the next run";
    if (after.out_status != RunStatus::complete) return "the next run left nothing complete";
    if (fs::exists(root + "/out.partial")) return "the next run left a partial folder";
    return "";
  }

  const Scratch scratch_{quick_folder()};
  const State& state_;
  Seen before_;
  const bool exchanges_;
  int& tries_;
  int calls_ = 0;
};

// What goes wrong first over the states, events and faults.
template <class Folder>
std::string first_violation(const std::vector<State>& states, std::span<const Event> events,
                            bool exchanges, int& tries) {
  for (const State& state : states) {
    Trial<Folder> trial(state, exchanges, tries);
    for (const Event& event : events)
      for (const bool kills : {false, true})
        if (std::string wrong = trial.run(event, kills); !wrong.empty()) return wrong;
  }
  return "";
}

struct SharedTold {
  SharedTold() {
    g_told = static_cast<Told*>(
        ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    new (g_told) Told;
  }
  ~SharedTold() { ::munmap(g_told, sizeof(Told)); }
};

// A folder that begins anew, whatever lies there.
class WipingFolder {
 public:
  WipingFolder(const std::string& out, const FolderOwner& owner)
      : wiped_(fs::remove_all(out + ".partial")), folder_(out, owner) {}
  const std::string& partial() const { return folder_.partial(); }
  bool goes_on() const { return folder_.goes_on(); }
  void keep(RunStatus status) { folder_.keep(status); }

 private:
  uintmax_t wiped_;
  RecordingFolder folder_;
};

// One that makes room before it has what comes there.
class HastyFolder : public WipingFolder {
 public:
  HastyFolder(const std::string& out, const FolderOwner& owner)
      : WipingFolder(out, owner), out_(out) {}
  void keep(RunStatus status) {
    fs::remove(out_ + "/recording.json");
    WipingFolder::keep(status);
  }

 private:
  std::string out_;
};

// One that replaces what lies there without a word.
class CarelessFolder : public RecordingFolder {
 public:
  CarelessFolder(const std::string& out, FolderOwner owner)
      : RecordingFolder(out, {owner.plan, true, false, {}}) {}
};

// One that keeps a recording less than it should.
class ForgetfulFolder : public RecordingFolder {
 public:
  ForgetfulFolder(const std::string& out, const FolderOwner& owner)
      : RecordingFolder(out, owner), out_(out) {}
  void keep(RunStatus status) {
    RecordingFolder::keep(status);
    fs::remove_all(out_ + ".previous-2");
  }

 private:
  std::string out_;
};

}  // namespace

TEST_CASE("what was measured is there behind every failing call and every kill") {
  const SharedTold told;
  int tries = 0;
  CHECK(first_violation<RecordingFolder>(states_of_one(), kEvents, true, tries) == "");
  CHECK(tries > 1000);
  std::printf("%d tries of a failing call or a kill\n", tries);
}

TEST_CASE("the same where several recordings are there") {
  const SharedTold told;
  int tries = 0;
  CHECK(first_violation<RecordingFolder>(states_of_several(), kEvents, true, tries) == "");
  CHECK(tries > 1000);
  std::printf("%d tries of a failing call or a kill\n", tries);
}

TEST_CASE("the same where an old recording goes") {
  const SharedTold told;
  int tries = 0;
  const std::vector<State> states = {
      {"three complete behind an interrupted one", {kInterruptA, kFinishB, kFinishA, kFinishB}}};
  const std::vector<Event> events = {kFinishA};
  CHECK(first_violation<RecordingFolder>(states, events, true, tries) == "");
  CHECK(tries > 100);
}

TEST_CASE("the same where no two folders can be exchanged") {
  const SharedTold told;
  int tries = 0;
  const std::vector<State> states = {{"complete", {kFinishA}}, {"incomplete", {kFailA}}};
  const std::vector<Event> events = {kFinishA, kInterruptA};
  CHECK(first_violation<RecordingFolder>(states, events, false, tries) == "");
  CHECK(tries > 200);
}

TEST_CASE("the model finds a folder that loses something") {
  const SharedTold told;
  int tries = 0;
  const std::vector<State> partial = {{"partial", {kKillA}}}, complete = {{"complete", {kFinishA}}};
  const std::vector<Event> finish = {kFinishA}, interrupt = {kInterruptA};
  CHECK(has(first_violation<WipingFolder>(partial, finish, true, tries), "is lost"));
  CHECK(first_violation<HastyFolder>(complete, finish, true, tries) != "");
  CHECK(has(first_violation<CarelessFolder>(complete, interrupt, true, tries), "is lost"));
  CHECK(has(first_violation<CarelessFolder>(complete, finish, true, tries), "is lost"));
  const std::vector<State> three = {{"three complete", {kFinishA, kFinishA, kFinishA}}};
  CHECK(has(first_violation<ForgetfulFolder>(three, finish, true, tries), "is lost"));
}

TEST_CASE("an error of the disk is no reason to take a finished recording for another one") {
  const SharedTold told;
  const Scratch scratch;
  const std::string out = scratch / "out";
  take_place<RecordingFolder>(out, kFinishA, 100, {});
  const auto status_of_start = [&](int failing_call) {
    *g_told = {};
    const pid_t process = ::fork();
    if (process == 0) {
      int status = 0;
      g_fault = {failing_call};
      g_counting = true;
      try {
        RecordingFolder(out, {"plan: B\n", false, true, {}});
      } catch (const base::UsageError&) {
        status = 2;
      } catch (const std::exception&) {
        status = 3;
      }
      g_counting = false;
      ::_exit(status);
    }
    int status = -1;
    ::waitpid(process, &status, 0);
    return WEXITSTATUS(status);
  };
  REQUIRE(status_of_start(0) == 2);
  const int calls = g_told->calls;
  CHECK(calls > 4);
  for (int call = 1; call <= calls; ++call) {
    INFO("call " << call);
    CHECK(status_of_start(call) >= 2);
    CHECK(look(scratch.path()).out_ids == std::set<int64_t>{100, 101});
    CHECK_FALSE(fs::exists(out + ".partial"));
  }
}

TEST_CASE("an error of the disk does not end what an interrupted run began") {
  const SharedTold told;
  const Scratch scratch;
  fs::create_directory(scratch / "state");
  take_place<RecordingFolder>(scratch / "state/out", kInterruptA, 100, {});
  const std::set<int64_t> before = look(scratch / "state").ids;
  const std::string root = scratch / "try", out = root + "/out";
  const auto goes_on = [&](int failing_call) {  // a run that begins goes on
    *g_told = {};
    const pid_t process = ::fork();
    if (process == 0) {
      bool good = true;
      g_fault = {failing_call};
      g_counting = true;
      try {
        good = RecordingFolder(out, {"plan: A\n", false, false, {}}).goes_on();
      } catch (const std::exception&) {
      }
      g_counting = false;
      ::_exit(good ? 0 : 1);
    }
    int status = -1;
    ::waitpid(process, &status, 0);
    return WEXITSTATUS(status) == 0;
  };
  for (int call = 1; call == 1 || g_told->calls >= call - 1; ++call) {
    INFO("call " << call);
    fs::remove_all(root);
    fs::copy(scratch / "state", root, fs::copy_options::recursive);
    CHECK(goes_on(call));
    CHECK(look(root).ids == before);
  }
  CHECK(g_told->calls > 10);
}

TEST_CASE("of complete recordings the last three are kept, the newest with the lowest number") {
  const SharedTold told;
  const Scratch scratch;
  for (const int64_t id : {100, 200, 300, 400, 500})
    take_place<RecordingFolder>(scratch / "out", kFinishA, id, {});
  const Seen seen = look(scratch.path());
  CHECK(seen.complete == std::vector<std::set<int64_t>>{{500, 501}, {400, 401}, {300, 301}});
  CHECK_FALSE(fs::exists(scratch / "out.previous-3"));
  base::write_file(scratch / "out.previous-2/notes.txt", "mine");
  take_place<RecordingFolder>(scratch / "out", kFailA, 600, {});  // no reason to let one go
  CHECK(look(scratch.path()).complete.size() == 3);
  take_place<RecordingFolder>(scratch / "out", kFinishA, 700, {});
  CHECK(look(scratch.path()).complete.size() == 3);
  CHECK(base::read_file(scratch / "out.previous-4/notes.txt") ==
        "mine");  // what is the user's stays
}

TEST_CASE("a finished recording in a folder that was named is replaced by force alone") {
  const Scratch scratch;
  const SharedTold told;
  const std::string out = scratch / "out";
  take_place<RecordingFolder>(out, kFinishA, 100, {});
  const FolderOwner owner{"plan: A\n", false, true, {}};
  CHECK_THROWS_WITH(RecordingFolder(out, owner),
                    Catch::Contains("holds a finished recording") && Catch::Contains("--force"));
  CHECK_FALSE(fs::exists(out + ".partial"));
  CHECK_NOTHROW(RecordingFolder(out, {"plan: A\n", true, true, {}}));
  take_place<RecordingFolder>(out, kKillA, 200, {});  // a run of that plan may go on
  CHECK(RecordingFolder(out, owner).goes_on());
  CHECK_THROWS_AS(RecordingFolder(out, {"plan: B\n", false, true, {}}), base::UsageError);
  take_place<RecordingFolder>(scratch / "other", kInterruptA, 300, {});
  CHECK_NOTHROW(RecordingFolder(scratch / "other", owner));
}
