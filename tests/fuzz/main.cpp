// fuzz TARGET [libFuzzer's arguments]   tries one target under libFuzzer
// fuzz TARGET [FILE OR FOLDER]...       without libFuzzer: runs the target's seeds and these files
// fuzz --list                           the targets' names
// fuzz --kind                           whether it has libFuzzer
// fuzz --seeds TARGET FOLDER            writes the target's seeds there
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/fuzz/mutate_json.h"
#include "tests/fuzz/target.h"

namespace {

using namespace winnow;
using fuzz::Target;

// libFuzzer starts itself again, with its own arguments alone, to merge or to run in parallel.
constexpr const char* kVariable = "WINNOW_FUZZ_TARGET";

#ifdef WINNOW_LIBFUZZER
constexpr const char* kKind = "libfuzzer";
#else
constexpr const char* kKind = "replay";
#endif

[[noreturn]] void wrong_usage(const std::string& problem) {
  std::fprintf(stderr, "fuzz: %s\n", problem.c_str());
  std::exit(base::kUsage);
}

const Target& named(const std::string& name) {
  if (const Target* found = fuzz::find_target(name)) return *found;
  wrong_usage(name + ": no such target; see --list");
}

int list() {
  for (const Target& target : fuzz::all_targets())
    if (!target.planted) std::printf("%s\n", target.name);
  return 0;
}

int write_seeds(const Target& target, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int count = 0;
  for (const std::string& seed : target.seeds())
    std::filesystem::copy_file(fuzz::file_of("seed.bytes", seed),
                               folder / ("seed" + std::to_string(++count)),
                               std::filesystem::copy_options::overwrite_existing);
  return 0;
}

// What needs no fuzzer; -1: nothing of it was asked for.
int without_fuzzer(int count, char** arguments) {
  const std::string first = count > 1 ? arguments[1] : "";
  if (first == "--list") return list();
  if (first == "--kind") return std::puts(kKind) < 0 ? 1 : 0;
  if (first == "--seeds" && count == 4) return write_seeds(named(arguments[2]), arguments[3]);
  return -1;
}

}  // namespace

#ifdef WINNOW_LIBFUZZER

namespace {

const Target* chosen = nullptr;

}  // namespace

extern "C" {

int LLVMFuzzerInitialize(int* count, char*** arguments) {
  if (const int status = without_fuzzer(*count, *arguments); status >= 0) std::exit(status);
  if (std::getenv(kVariable) == nullptr) {
    if (*count < 2) wrong_usage("needs a target; see --list");
    setenv(kVariable, (*arguments)[1], 1);
    std::rotate(*arguments + 1, *arguments + 2, *arguments + *count);
    --*count;
  }
  chosen = &named(std::getenv(kVariable));
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  chosen->run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

size_t LLVMFuzzerMutate(uint8_t* bytes, size_t size, size_t limit);

size_t LLVMFuzzerCustomMutator(uint8_t* bytes, size_t size, size_t limit, unsigned seed) {
  constexpr unsigned kBytesOneOf = 4;
  if (chosen->kind == Target::kJson && seed % kBytesOneOf != 0) {
    const std::string_view before(reinterpret_cast<const char*>(bytes), size);
    const std::string changed = fuzz::mutate_json(before, seed);
    if (!changed.empty() && changed.size() <= limit) {
      std::copy(changed.begin(), changed.end(), bytes);
      return changed.size();
    }
  }
  return LLVMFuzzerMutate(bytes, size, limit);
}

}  // extern "C"

#else

namespace {

int run_files(const Target& target, const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    if (!std::filesystem::exists(path)) wrong_usage(path.string() + ": no such file");
    std::printf("%s\n", path.c_str());
    std::fflush(stdout);  // what ends the process is then known
    target.run(fuzz::bytes_of(path));
    return 1;
  }
  int runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path))
    runs += run_files(target, entry.path());
  return runs;
}

}  // namespace

int main(int count, char** arguments) {
  if (const int status = without_fuzzer(count, arguments); status >= 0) return status;
  if (count < 2) wrong_usage("needs a target; see --list");
  const Target& target = named(arguments[1]);
  int runs = 0;
  for (const std::string& seed : target.seeds()) {
    std::printf("seed %d\n", ++runs);
    std::fflush(stdout);
    target.run(seed);
  }
  for (int i = 2; i < count; ++i) runs += run_files(target, arguments[i]);
  std::printf("%s: %d inputs\n", target.name, runs);
  return 0;
}

#endif
