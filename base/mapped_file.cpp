#include "base/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"
#include "base/file.h"

namespace winnow::base {

// What the handler of SIGBUS must know of a mapping.
struct GuardedMapping {
  const std::byte* data = nullptr;
  size_t size_bytes = 0;
  std::string last_words;
};

namespace {

// A mapping that finds no free place is mapped all the same, without a guard.
std::array<std::atomic<const GuardedMapping*>, 64> g_guarded;
struct sigaction g_action_before;

// Nothing but async-signal-safe calls.
void on_bus_error(int, siginfo_t* info, void*) {
  const auto* at = static_cast<const std::byte*>(info->si_addr);
  for (const auto& place : g_guarded) {
    const GuardedMapping* guarded = place.load();
    if (guarded == nullptr || at < guarded->data || at >= guarded->data + guarded->size_bytes)
      continue;
    const std::string& words = guarded->last_words;
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, words.data(), words.size());
    ::_exit(kFailed);
  }
  ::sigaction(SIGBUS, &g_action_before, nullptr);  // not ours: the access is repeated, and meets it
}

void install_handler() {
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, &g_action_before);
}

void guard(const GuardedMapping& guarded) {
  [[maybe_unused]] static const bool installed = (install_handler(), true);
  for (auto& place : g_guarded) {
    const GuardedMapping* free = nullptr;
    if (place.compare_exchange_strong(free, &guarded)) return;
  }
}

void unguard(const GuardedMapping& guarded) {
  for (auto& place : g_guarded) {
    const GuardedMapping* own = &guarded;
    if (place.compare_exchange_strong(own, nullptr)) return;
  }
}

struct stat status_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw Error(path, std::strerror(errno));
  return status;
}

}  // namespace

struct MappedFile::Mapping : GuardedMapping {
  int fd;
  timespec modified{};

  explicit Mapping(int open_fd) : fd(open_fd) {}
  ~Mapping() {
    unguard(*this);
    if (data != nullptr) ::munmap(const_cast<std::byte*>(data), size_bytes);
    ::close(fd);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
};

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const int fd = open_regular(path);
  mapping_ = std::make_unique<Mapping>(fd);
  const struct stat status = status_of(fd, path);
  if (status.st_size == 0) throw Error(path, "the file is empty");
  const auto size_bytes = static_cast<size_t>(status.st_size);
  void* data = ::mmap(nullptr, size_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) throw Error(path, std::strerror(errno));
  mapping_->data = static_cast<const std::byte*>(data);
  mapping_->size_bytes = size_bytes;
  mapping_->modified = status.st_mtim;
  mapping_->last_words =
      std::string(program_invocation_short_name) + ": " +
      Error(path,
            "cannot be read any more: it became shorter while it was used, or its disk failed")
          .what() +
      "\n";
  guard(*mapping_);
}

MappedFile::~MappedFile() = default;
MappedFile::MappedFile(MappedFile&& other) noexcept = default;
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept = default;

std::span<const std::byte> MappedFile::bytes() const {
  return {mapping_->data, mapping_->size_bytes};
}

void MappedFile::check_unchanged() const {
  const struct stat status = status_of(mapping_->fd, path_);
  const auto size_bytes = static_cast<size_t>(status.st_size);
  if (size_bytes != mapping_->size_bytes)
    throw Error(path_, "changed while it was used: it had " + std::to_string(mapping_->size_bytes) +
                           " bytes, now " + std::to_string(size_bytes));
  if (status.st_mtim.tv_sec != mapping_->modified.tv_sec ||
      status.st_mtim.tv_nsec != mapping_->modified.tv_nsec)
    throw Error(path_, "changed while it was used: it was written to");
}

void MappedFile::drop_resident(std::span<const std::byte> part) const {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const std::byte* data = mapping_->data;  // at a page's begin
  const size_t offset = static_cast<size_t>(part.data() - data);
  const size_t begin = (offset + page - 1) / page * page;
  const size_t end = (offset + part.size()) / page * page;
  if (begin < end)  // advice: where it fails, the pages only stay resident
    ::madvise(const_cast<std::byte*>(data + begin), end - begin, MADV_DONTNEED);
}

}  // namespace winnow::base
