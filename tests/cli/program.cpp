#include "tests/cli/program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/file.h"

namespace fs = std::filesystem;

namespace winnow::testing {

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "winnow-test-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

Scratch::~Scratch() { fs::remove_all(path_); }

pid_t start_winnow(const Scratch& folder, const std::vector<std::string>& arguments,
                   const std::string& input) {
  base::write_file(folder / "stdin", input);
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char*> argv{const_cast<char*>(WINNOW_PROGRAM)};
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    if (::chdir(folder.path().c_str()) != 0 || std::freopen("stdin", "r", stdin) == nullptr ||
        std::freopen("stdout", "w", stdout) == nullptr ||
        std::freopen("stderr", "w", stderr) == nullptr)
      ::_exit(127);
    ::execv(WINNOW_PROGRAM, argv.data());
    ::_exit(127);
  }
  return child;
}

Result wait(const Scratch& folder, pid_t process) {
  int status = 0;
  ::waitpid(process, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          base::read_file(folder / "stdout"), base::read_file(folder / "stderr")};
}

Result winnow(const Scratch& folder, const std::vector<std::string>& arguments,
              const std::string& input) {
  return wait(folder, start_winnow(folder, arguments, input));
}

}  // namespace winnow::testing
