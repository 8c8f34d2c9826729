#include "profiles/process/preloadable.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "tests/catch.h"
#include "tests/scratch.h"

using winnow::profiles::why_not_preloadable;

namespace {

bool why_has(const std::string& file, const std::string& part) {
  INFO(why_not_preloadable(file));
  return why_not_preloadable(file).find(part) != std::string::npos;
}

std::string script(const Scratch& scratch, const std::string& name, const std::string& line) {
  const std::string file = scratch / name;
  winnow::base::write_file(file, line + "\n");
  return file;
}

}  // namespace

TEST_CASE("a library is preloaded into dynamic programs, not into static ones") {
  CHECK(why_not_preloadable(TREE_PROGRAM).empty());
  CHECK(why_not_preloadable("/bin/sh").empty());
#ifdef STATIC_TREE_PROGRAM
  CHECK(why_has(STATIC_TREE_PROGRAM, "statically linked"));
#endif
}

TEST_CASE("of a script its interpreter counts, as of a script that reads it") {
  const Scratch scratch;
  CHECK(why_not_preloadable(script(scratch, "shell", "#! /bin/sh -e")).empty());
#ifdef STATIC_TREE_PROGRAM
  const std::string first = script(scratch, "first", std::string("#!") + STATIC_TREE_PROGRAM);
  CHECK(why_has(first, "which reads it: it is statically linked"));
  CHECK(why_has(script(scratch, "second", "#!" + first), "statically linked"));
#endif
  const std::string itself = scratch / "itself";
  script(scratch, "itself", "#!" + itself);
  CHECK(why_not_preloadable(itself).empty());  // it ends
}

TEST_CASE("a file that cannot be judged is left to the attempt") {
  const Scratch scratch;
  CHECK(why_not_preloadable(scratch / "missing").empty());
  CHECK(why_not_preloadable(scratch.path()).empty());
  for (const char* text : {"", "#!", "#!\n",
                           "\x7f"
                           "ELF",
                           "text"}) {
    winnow::base::write_file(scratch / "text", text);
    CHECK(why_not_preloadable(scratch / "text").empty());
  }
}

TEST_CASE("a program of another machine, C library or privilege takes none") {
  const Scratch scratch;
  std::string bytes = winnow::base::read_file(TREE_PROGRAM);
  const auto written = [&](const std::string& changed) {
    winnow::base::write_file(scratch / "program", changed);
    return scratch / "program";
  };
  std::string other = bytes;
  other[18] = 8;  // e_machine: MIPS
  other[19] = 0;
  CHECK(why_has(written(other), "another machine"));
  std::string musl = bytes;
  const size_t linker = musl.find("ld-linux");
  REQUIRE(linker != std::string::npos);
  musl.replace(linker, 8, "ld-musls");
  CHECK(why_has(written(musl), "is not the GNU C library's"));
  for (const size_t size : {100u, 1000u, 5000u}) {
    INFO(size);
    why_not_preloadable(written(bytes.substr(0, size)));  // cut short: any answer, but an answer
  }
  if (geteuid() != 0) return;
  const std::string file = written(bytes);
  REQUIRE(chown(file.c_str(), 65534, 65534) == 0);
  REQUIRE(chmod(file.c_str(), 04755) == 0);
  CHECK(why_has(file, "set-uid"));
  REQUIRE(chown(file.c_str(), 0, 0) == 0);
  REQUIRE(chmod(file.c_str(), 04755) == 0);
  CHECK(why_not_preloadable(file).empty());  // it gains nothing
}
