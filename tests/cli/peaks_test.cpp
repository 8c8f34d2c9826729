#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/file.h"
#include "cli/peaks_file.h"
#include "cli/steady_peaks.h"
#include "tests/catch.h"
#include "tests/scratch.h"
#include "tests/text.h"

using namespace winnow;
using profiles::Roofline;

namespace {

Roofline peaks(double one, double all) { return {2, {{"avx2", one, all}}, 10, 20, "planted"}; }

// What the kernel counts of two cores: ticks that they were busy and idle, 100 a second.
void count_ticks(const std::string& root, int busy, int idle) {
  std::filesystem::create_directories(root + "/proc");
  std::string text;
  for (const char* core : {"cpu0", "cpu1"})
    text += core + (" " + std::to_string(busy / 2)) + " 0 0 " + std::to_string(idle / 2) +
            " 0 0 0 0 0 0\n";
  base::write_file(root + "/proc/stat", text);
}

}  // namespace

TEST_CASE("peaks that are flat or of a busy machine are measured again, and told") {
  const Scratch root;  // of which nothing is known: nobody is busy
  std::vector<Roofline> left;
  const auto next = [&] {
    const Roofline found = left.back();
    left.pop_back();
    return found;
  };
  SECTION("peaks that scale are measured once") {
    left = {peaks(1, 1), peaks(456, 900)};
    const auto steady = cli::steady_peaks(next, root.path());
    CHECK(left.size() == 1);
    CHECK(steady.measured.warning.empty());
    CHECK_FALSE(steady.busy);
  }
  SECTION("of two attempts the higher figures count") {
    left = {peaks(440, 890), peaks(456, 452)};
    const auto steady = cli::steady_peaks(next, root.path());
    CHECK(left.empty());
    CHECK(steady.measured.warning.empty());
    CHECK(steady.measured.roofline.rows[0].one_core_gmacs == 456);
    CHECK(steady.measured.roofline.rows[0].all_cores_gmacs == 890);
  }
  SECTION("flat twice") {
    left = {peaks(455, 450), peaks(456, 452)};
    const auto steady = cli::steady_peaks(next, root.path());
    CHECK(has(steady.measured.warning,
              "look disturbed, measured twice: 2 cores reach 452.0 GMAC/s "
              "with avx2, one 456.0"));
    CHECK_FALSE(steady.busy);
  }
  SECTION("one core has nothing to scale to") {
    Roofline alone = peaks(456, 456);
    alone.cores = 1;
    CHECK(cli::why_flat(alone).empty());
  }
  SECTION("other programs") {
    count_ticks(root.path(), 0, 0);
    int runs = 0;
    const auto busy_for = [&](int times) {
      return cli::steady_peaks(
          [&runs, times, &root] {
            const bool busy = runs++ < times;
            count_ticks(root.path(), busy ? 1000 * runs : 1000 * times, 1000 * runs);
            std::this_thread::sleep_for(std::chrono::milliseconds(150));
            return peaks(456, 900);
          },
          root.path());
    };
    const auto once = busy_for(1);
    CHECK(runs == 2);
    CHECK_FALSE(once.busy);
    CHECK(once.measured.warning.empty());
    count_ticks(root.path(), 0, 0);
    runs = 0;
    const auto always = busy_for(9);
    CHECK(runs == 2);
    CHECK(always.busy);
    CHECK(has(always.measured.warning, "on a busy machine (other programs used"));
    CHECK(has(always.measured.warning, "they come out too low"));
  }
}

TEST_CASE("kept peaks are those of this start of the machine, its cores and this build") {
  const Scratch scratch;
  const std::string file = scratch / "deep/winnow/peaks.json";
  const cli::PeaksOf here{"boot", "processor", 2, "build"};
  CHECK_FALSE(cli::read_peaks(file, here));
  cli::keep_peaks(file, {here, 1234, peaks(456, 900), "a warning", true});
  const auto kept = cli::read_peaks(file, here);
  REQUIRE(kept);
  CHECK(kept->measured_s == 1234);
  CHECK(kept->roofline.rows[0].all_cores_gmacs == 900);
  CHECK(kept->warning == "a warning");
  CHECK(kept->busy);
  for (const cli::PeaksOf& other :
       {cli::PeaksOf{"other", "processor", 2, "build"}, cli::PeaksOf{"boot", "other", 2, "build"},
        cli::PeaksOf{"boot", "processor", 1, "build"},
        cli::PeaksOf{"boot", "processor", 2, "other"}})
    CHECK_FALSE(cli::read_peaks(file, other));
  const std::string whole = base::read_file(file);
  for (const std::string& text :
       {std::string(), std::string("{"), whole.substr(0, whole.size() / 2),
        std::string(R"({"schema": "winnow-recording/1"})")}) {
    base::write_file(file, text);
    CHECK_FALSE(cli::read_peaks(file, here));
  }
  // A folder that cannot be had is no failure.
  base::write_file(scratch / "taken", "");
  cli::keep_peaks(scratch / "taken/winnow/peaks.json", {here, 1, peaks(1, 2)});
  const cli::PeaksOf unknown{"", "processor", 2, "build"};
  cli::keep_peaks(scratch / "unknown.json", {unknown, 1, peaks(1, 2)});
  CHECK_FALSE(std::filesystem::exists(scratch / "unknown.json"));
}

TEST_CASE("the folder for caches is the one that the user names") {
  const std::string home = std::getenv("HOME") ? std::getenv("HOME") : "";
  setenv("XDG_CACHE_HOME", "/a", 1);
  CHECK(cli::peaks_file() == "/a/winnow/peaks.json");
  setenv("XDG_CACHE_HOME", "relative", 1);
  setenv("HOME", "/b", 1);
  CHECK(cli::peaks_file() == "/b/.cache/winnow/peaks.json");
  unsetenv("XDG_CACHE_HOME");
  setenv("HOME", "", 1);
  CHECK(cli::peaks_file() == "");
  setenv("HOME", home.c_str(), 1);
}

TEST_CASE("how long ago something was is told in one unit") {
  CHECK(cli::age_words(-5) == "0 s ago");
  CHECK(cli::age_words(50) == "50 s ago");
  CHECK(cli::age_words(3600) == "60 min ago");
  CHECK(cli::age_words(3 * 3600) == "3 h ago");
  CHECK(cli::age_words(3 * 86400) == "3 days ago");
}
