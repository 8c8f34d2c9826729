#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// The files that a command runs, the program first: with it the interpreters that a script names in
// its first line, what env, nice, taskset and their like start, and the script that a shell,
// python, perl, ruby or node is given. Only files that are there. The path of a program is looked
// up in `folder`, where the command runs.
std::vector<std::string> files_run_by(const std::vector<std::string>& command,
                                      const std::string& folder = "");

// Whether programs, and the libraries of their own that they load, stay what they are while they
// are measured. For one thread at a time.
class ProgramWatch {
 public:
  // `more`: files besides those that the command runs, such as libraries that are preloaded.
  explicit ProgramWatch(std::vector<std::string> command, std::string folder = "",
                        std::vector<std::string> more = {});

  // What runs beside the command, such as its server. Before the first check().
  void add_command(const std::vector<std::string>& command) { beside_.push_back(command); }

  // Looks at the files. The first time they are noted; once one of them is gone or has other bytes,
  // this throws base::Error, then and ever after: "./bench: replaced while it was measured: 16024
  // bytes before, 16072 now". A file that was touched, or written anew with the same bytes, is the
  // same. One that cannot be read is told by its size, inode and time of change.
  void check();

  // What check() threw; empty: nothing.
  const std::string& change() const { return change_; }

  // As the first look found it; empty: nobody looked yet.
  const std::optional<ProgramFile>& program() const { return program_; }

 private:
  struct Watched {
    ProgramFile file;
    struct stat state;
  };

  void note_files();
  void note(const std::string& file);
  void note_files_of(const std::vector<std::string>& command);
  std::string changed(Watched& watched) const;

  std::vector<std::string> command_;
  std::string folder_;
  std::vector<std::string> more_;
  std::vector<std::vector<std::string>> beside_;
  std::optional<ProgramFile> program_;
  std::vector<Watched> watched_;
  std::string change_;
};

}  // namespace winnow::profiles
