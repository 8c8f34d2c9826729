#include "tests/cli/program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "tests/catch.h"

namespace winnow::testing {

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

TinyModel::TinyModel(const std::string& command, const std::string& scenario) : command_(command) {
  const Result made = winnow(*this, {"model", "synth", "--shape", "tiny", "--out", "tiny.gguf"});
  INFO(made.err);
  REQUIRE(made.status == 0);
  base::write_file(*this / "tiny.toml", scenario);
}

pid_t TinyModel::start(const std::vector<std::string>& options) const {
  std::vector<std::string> arguments{command_, "tiny.toml", "--model", "tiny.gguf"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return start_winnow(*this, arguments);
}

Result TinyModel::run(const std::vector<std::string>& options) const {
  return wait(*this, start(options));
}

}  // namespace winnow::testing
