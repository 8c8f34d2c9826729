#include "profiles/raw/heap_profile.h"

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "profiles/raw/allocations.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

std::string dump(const std::string& header, const std::string& stacks) {
  return "heap profile: " + header + " @ heapprofile\n" + stacks +
         "\nMAPPED_LIBRARIES:\n00400000-00500000 r-xp 00000000 08:01 12   /nonexistent/program\n";
}

std::string golden_heap() {
  return dump("     3:     4096 [    30:    70000]",
              "     2:     4000 [    20:    60000] @ 0x400101 0x400202\n"
              "     1:       96 [     9:     9000] @ 0x400303\n"
              "     0:        0 [     1:     1000] @\n");
}

const AllocationRow& find(const HeapProfile& profile, const std::string& category) {
  for (const AllocationRow& row : profile.region)
    if (row.category == category) return row;
  throw base::Error(category, "not in the profile");
}

double before(const HeapProfile& profile, const std::string& category) {
  for (const AllocationRow& row : profile.before_region)
    if (row.category == category) return row.bytes;
  throw base::Error(category, "not in the profile");
}

HeapProfile difference(const std::string& begin, const std::string& end) {
  const Scratch folder;
  base::write_file(folder / "begin.heap", begin);
  base::write_file(folder / "end.heap", end);
  return read_heap_profile(folder / "begin.heap", folder / "end.heap", CategoryRules::built_in());
}

}  // namespace

TEST_CASE("a heap dump's cumulative figures are read") {
  const HeapDump heap = parse_heap_dump(golden_heap(), "a.heap");
  CHECK(heap.header.objects == 30);
  CHECK(heap.header.bytes == 70000);
  REQUIRE(heap.stacks.size() == 3);
  CHECK(heap.stacks.at({0x400101, 0x400202}).bytes == 60000);
  CHECK(heap.stacks.at({0x400303}).objects == 9);
  CHECK(heap.stacks.at({}).bytes == 1000);
  CHECK(heap.memory_map.starts_with("00400000-00500000 r-xp"));
}

TEST_CASE("stacks that a dump repeats are summed") {
  const HeapDump heap = parse_heap_dump(
      dump("0: 0 [3: 30]", "0: 0 [1: 10] @ 0x1 0x2\n0: 0 [2: 20] @ 0x1 0x2\n"), "a.heap");
  REQUIRE(heap.stacks.size() == 1);
  CHECK(heap.stacks.at({1, 2}).objects == 3);
  CHECK(heap.stacks.at({1, 2}).bytes == 30);
}

TEST_CASE("a heap dump cut at any byte is an error until its stacks are whole") {
  const std::string whole = golden_heap();
  const size_t map = whole.find("MAPPED_LIBRARIES:\n") + std::string("MAPPED_LIBRARIES:\n").size();
  for (size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    if (length < map)
      CHECK_THROWS_AS(parse_heap_dump(whole.substr(0, length), "a.heap"), base::Error);
    else
      CHECK(parse_heap_dump(whole.substr(0, length), "a.heap").header.objects == 30);
  }
}

TEST_CASE("what is no heap dump is refused with the line") {
  const auto parse = [](const std::string& text) { return parse_heap_dump(text, "a.heap"); };
  CHECK_THROWS_WITH(parse(""),
                    "a.heap: empty: the profiled process was killed while it wrote the dump");
  CHECK_THROWS_WITH(parse("text"), "a.heap: line 1: not a heap profile of gperftools");
  CHECK_THROWS_WITH(parse("heap profile: 1: 2 [3: 4] @ heap_v2/524288\n"),
                    "a.heap: line 1: not a full heap profile, but \"heap_v2/524288\"");
  CHECK_THROWS_WITH(parse(dump("1: 2", "")),
                    "a.heap: line 1: expected \"objects: bytes [objects: bytes] @\"");
  CHECK_THROWS_WITH(parse(dump("1: 2 [3: 4]", "1: 2 [3: 4] 0x1\n")),
                    "a.heap: line 2: expected \"objects: bytes [objects: bytes] @\"");
  CHECK_THROWS_WITH(parse(dump("1: 2 [3: 4]", "1: 2 [3: 4] @ 0xxyz\n")),
                    "a.heap: line 2: an address cannot be read");
  CHECK_THROWS_WITH(parse(dump("1: 2 [3: 4]", "1: 2 [3: 4] @ 0x11112222333344445\n")),
                    "a.heap: line 2: an address cannot be read");
  CHECK_THROWS_WITH(
      parse(dump("1: 2 [-3: 4]", "")),
      "a.heap: line 1: a counter is negative: it has wrapped, measure fewer iterations");
  CHECK_THROWS_AS(parse(dump("1: 2 [3: 99999999999999999999]", "")), base::Error);
  CHECK_THROWS_WITH(parse(dump("1: 2 [3: 9000000000000000000]", "")),
                    "a.heap: line 1: a counter is larger than can be");
  const std::string many = "0: 0 [1: 4000000000000000] @ 0x1\n";
  CHECK_THROWS_AS(parse(dump("1: 2 [3: 4]", many + many)), base::Error);
}

TEST_CASE("the region is the difference of two dumps; a cut shows against the header") {
  const std::string begin = dump("0: 0 [10: 1000]", "0: 0 [10: 1000] @ 0x400101\n");
  const std::string end =
      dump("0: 0 [40: 9000]", "0: 0 [20: 3000] @ 0x400101\n0: 0 [12: 5000] @ 0x400303\n");
  const HeapProfile profile = difference(begin, end);
  CHECK(profile.region_bytes == 7000);
  CHECK(profile.region_objects == 22);
  CHECK(profile.header_bytes == 8000.0);
  CHECK(profile.header_objects == 30);
  CHECK(profile.before_region.size() == profile.region.size());
  CHECK(profile.before_region.back().category == "Other");
  CHECK(profile.before_region.back().bytes == 1000);
  CHECK(profile.before_region.back().objects == 10);
  CHECK(find(profile, "Other").bytes == 7000);
  CHECK_FALSE(profile.exact_bytes.has_value());

  std::vector<std::string> categories;
  for (const AllocationRow& row : profile.region) categories.push_back(row.category);
  CHECK(categories == CategoryRules::built_in().heap_categories());
  CHECK(categories.back() == "Other");
}

TEST_CASE("a counter that shrinks between the dumps is an error") {
  const std::string small = dump("0: 0 [10: 1000]", "0: 0 [10: 1000] @ 0x400101\n");
  const std::string large = dump("0: 0 [11: 2000]", "0: 0 [11: 2000] @ 0x400101\n");
  const std::string wrapped = dump("0: 0 [12: 3000]", "0: 0 [9: 3000] @ 0x400101\n");
  CHECK(difference(small, large).region_bytes == 1000);
  CHECK(difference(small, small).region_bytes == 0);
  CHECK_THROWS_AS(difference(large, small), base::Error);
  CHECK_THROWS_AS(difference(large, wrapped), base::Error);
}

TEST_CASE("a real dump's bytes and objects are exact, by category of the call chain") {
  const Scratch folder;
  const std::string command =
      "env LD_PRELOAD='libgcc_s.so.1 libtcmalloc.so.4' TCMALLOC_STACKTRACE_METHOD=libgcc "
      "HEAP_PROFILE_ALLOCATION_INTERVAL=0 HEAP_PROFILE_INUSE_INTERVAL=0 '" PROFILED_PROGRAM
      "' heap '" +
      folder.path() + "' 2>/dev/null";
  REQUIRE(std::system(command.c_str()) == 0);
  const auto rules = CategoryRules::parse(
      "[[heap]]\ncategory = \"Tokenization\"\nmatch = [\"^known::split_text$\"]\n"
      "[[heap]]\ncategory = \"Quantization\"\nmatch = [\"^known::quantize_rows$\"]\n"
      "[[heap]]\ncategory = \"Loading\"\nmatch = [\"^known::load_weights$\"]\n",
      "rules");
  const HeapProfile profile =
      read_heap_profile(folder / "heap.0001.heap", folder / "heap.0002.heap", rules);
  CHECK(find(profile, "Quantization").bytes == 600'000);
  CHECK(find(profile, "Quantization").objects == 200);
  CHECK(find(profile, "Tokenization").bytes == 40'000);
  CHECK(find(profile, "Tokenization").objects == 1);
  CHECK(find(profile, "Loading").bytes == 0);
  CHECK(before(profile, "Loading") == 1'000'000);
  CHECK(profile.region_bytes == profile.header_bytes);
  CHECK(profile.region_objects == profile.header_objects);
}
