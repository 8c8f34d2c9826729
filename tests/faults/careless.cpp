// careless FILE: writes a file, and breaks with each kind of failing calls another rule of those
// that inject_faults holds programs against. Where nothing fails, nothing is wrong with it.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>

namespace {

constexpr size_t kLine = 6, kLines = 1000;  // "whole\n"

[[noreturn]] void fail(const char* problem) {
  fprintf(stderr, "winnow: careless: %s\n", problem);
  exit(3);
}

void make_folder(const std::string& name) {
  if (mkdir(name.c_str(), 0700) != 0) {
    fprintf(stderr, "winnow: careless: no folder\n");
    exit(7);  // no status of ours
  }
  rmdir(name.c_str());
}

void make_child() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (child < 0) {
    fprintf(stderr, "winnow: careless: no child\n");
    fail("and a second line of it");
  }
  waitpid(child, nullptr, 0);
}

void make_pipe() {
  int ends[2];
  if (pipe(ends) != 0) {
    if (fork() == 0) {
      sleep(600);  // nobody waits for it
      _exit(0);
    }
    fail("no pipe");
  }
  close(ends[0]);
  close(ends[1]);
}

// A temporary file is left, or what it should replace is gone.
void make_temporary(const std::string& out) {
  const std::string temporary = out + ".tmp", lock = out + ".lock";
  close(open(temporary.c_str(), O_WRONLY | O_CREAT, 0600));
  if (rename(temporary.c_str(), lock.c_str()) != 0) fail("no lock");
  if (unlink(lock.c_str()) == 0) return;
  rename(out.c_str(), lock.c_str());
  fail("locked");
}

// In its place, half by half.
void write_in_place(const std::string& out, const char* text) {
  const int file = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0) exit(0);  // as if all were well
  const size_t half = kLine * kLines / 2;
  for (size_t part = 0; part < 2; ++part)
    if (write(file, text + part * half, half) != static_cast<ssize_t>(half)) fail("not written");
  if (close(file) != 0) {
    fprintf(stderr, "oops\n");
    exit(3);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string out = argv[1];
  make_folder(out + ".folder");
  make_child();
  make_pipe();
  make_temporary(out);
  char* text = static_cast<char*>(malloc(kLine * kLines));  // there is always enough
  for (size_t i = 0; i < kLines; ++i) memcpy(text + i * kLine, "whole\n", kLine);
  write_in_place(out, text);
  free(text);
  return 0;
}
