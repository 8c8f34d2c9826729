#include "cli/last_words.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/message.h"

namespace winnow::cli {
namespace {

constexpr size_t kReserveBytes = size_t{256} << 10;
std::atomic<void*> g_reserve{nullptr};

// What is told of it, and what is put away meanwhile, needs some.
void give_reserve_away() {
  std::free(g_reserve.exchange(nullptr));
  throw std::bad_alloc();
}

// One line at once, of at most so many bytes, without an allocation.
void say(const char* text) noexcept {
  char line[1024] = "winnow: ";
  size_t size = std::strlen(line);
  for (; *text != '\0' && size + 1 < sizeof line; ++text)
    line[size++] = static_cast<unsigned char>(*text) < 0x20 ? ' ' : *text;
  line[size++] = '\n';
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, line, size);
}

void say_why() noexcept {
  const std::exception_ptr thrown = std::current_exception();
  if (!thrown) return say("internal error: the program cannot go on");
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    end_without_memory();
  } catch (const base::Error& error) {
    say(error.what());
  } catch (const std::exception& error) {
    char text[512] = "internal error: ";
    std::strncat(text, error.what(), sizeof text - std::strlen(text) - 1);
    say(text);
  } catch (...) {
    say("internal error: an exception of no known kind");
  }
}

// Of several threads one speaks.
[[noreturn]] void end_with_last_words() {
  static std::atomic_flag spoken = ATOMIC_FLAG_INIT;
  if (spoken.test_and_set())
    for (;;) ::pause();
  say_why();
  ::_exit(base::kFailed);
}

// Of a mapped file, such as a model or a program that is read for its symbols.
void on_bus_error(int) {
  say("a mapped file: it became shorter while it was read, or cannot be read any more");
  ::_exit(base::kFailed);
}

}  // namespace

void prepare_last_words() {
  std::set_terminate(end_with_last_words);
  g_reserve = std::malloc(kReserveBytes);
  std::set_new_handler(give_reserve_away);
  std::signal(SIGBUS, on_bus_error);
}

std::string unexpected(const std::exception& error) {
  if (dynamic_cast<const std::system_error*>(&error) != nullptr) return base::message_of(error);
  return base::Error("internal error", error.what()).what();
}

int end_without_memory() noexcept {
  say("memory: none is left");
  return base::kFailed;
}

}  // namespace winnow::cli
