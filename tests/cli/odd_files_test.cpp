#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/program.h"
#include "tests/text.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

// Puts what is no file under the name.
void make_odd(const std::string& kind, const std::string& path) {
  fs::remove_all(path);
  if (kind == "a pipe") REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  if (kind == "a folder") fs::create_directory(path);
  if (kind == "a device") fs::create_symlink("/dev/zero", path);
  if (kind == "a socket") {
    const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::ranges::copy(path, address.sun_path);
    REQUIRE(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(server);
  }
}

void write_a_recording(const Scratch& scratch, const std::string& folder) {
  fs::create_directories(scratch / folder);
  profiles::Recording recording;
  recording.status = profiles::RunStatus::complete;
  profiles::write_recording(scratch / folder, recording);
}

struct ReadFile {
  std::string file;
  std::vector<std::string> arguments;
};

const std::vector<ReadFile>& read_files() {
  static const std::vector<ReadFile> files{
      {"odd/recording.json", {"report", "odd"}},
      {"odd/recording.json", {"top", "odd"}},
      {"odd/sweep.json", {"report", "odd"}},
      {"odd/recording.json", {"gate", "--baseline", "odd", "--candidate", "good"}},
      {"odd/recording.json", {"gate", "--baseline", "good", "--candidate", "odd"}},
      {"rules.toml",
       {"gate", "--rules", "rules.toml", "--baseline", "good", "--candidate", "good"}},
      {"categories.toml", {"report", "good", "--categories", "categories.toml"}},
      {"odd.toml", {"run", "odd.toml", "--out", "new"}},
      {"odd.toml", {"explain", "odd.toml", "--out", "new"}},
      {"odd.gguf", {"model", "info", "odd.gguf"}},
      {"odd.gguf", {"embed", "--model", "odd.gguf"}},
      {"odd.gguf", {"tokenize", "--model", "odd.gguf"}},
  };
  return files;
}

}  // namespace

TEST_CASE("what is no file in the place of one that is read is one line of error, at once",
          "[odd_files]") {
  Scratch scratch;
  write_a_recording(scratch, "good");
  for (const ReadFile& read : read_files())
    for (const std::string kind : {"a pipe", "a socket", "a device", "a folder"}) {
      fs::remove_all(scratch / "odd");
      if (read.file.starts_with("odd/")) fs::create_directories(scratch / "odd");
      make_odd(kind, scratch / read.file);
      const auto result = testing::winnow(scratch, read.arguments);
      CAPTURE(read.arguments, kind, result.err, result.out);
      CHECK((result.status == 2 || result.status == 3));
      CHECK(std::ranges::count(result.err, '\n') == 1);
      // A device is a link here, which leads out of a recording's folder.
      const bool leads_out = kind == "a device" && read.file.starts_with("odd/");
      CHECK(has(result.err, leads_out ? "a symbolic link leads out of the folder"
                                      : "not a regular file: " + kind));
      fs::remove_all(scratch / read.file);
    }
}

TEST_CASE("a recording whose file is a link out of its folder is refused, a link to it is not",
          "[odd_files]") {
  Scratch scratch;
  write_a_recording(scratch, "good");
  fs::create_directories(scratch / "odd");
  fs::create_symlink("../good/recording.json", scratch / "odd/recording.json");
  const auto refused = testing::winnow(scratch, {"report", "odd"});
  CHECK(refused.status == 3);
  CHECK(has(refused.err, "odd/recording.json: a symbolic link leads out of the folder\n"));
  fs::create_directory_symlink("good", scratch / "link");
  CHECK(testing::winnow(scratch, {"report", "link"}).status == 0);
}
