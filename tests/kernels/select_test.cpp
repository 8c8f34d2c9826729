#include <cstdio>

#include "base/error.h"
#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

template <class Function>
std::vector<std::string> names(std::span<const Row<Function>> rows) {
  std::vector<std::string> found;
  for (const Row<Function>& row : rows)
    found.push_back(std::string(row.name) + (row.available ? "" : " (not here)"));
  return found;
}

}  // namespace

TEST_CASE("every family has the same rows, the reference first and always available") {
  const std::vector<std::string> expected = names(matmul_rows());
  CHECK(expected.front() == "scalar");
  CHECK(names(quantize_rows()) == expected);
  CHECK(names(dot_rows()) == expected);
  CHECK(names(rms_norm_rows()) == expected);
  CHECK(names(add_norm_rows()) == expected);
  CHECK(names(norm_quantize_rows()) == expected);
  CHECK(names(norm_rope_rows()) == expected);
  CHECK(names(geglu_quantize_rows()) == expected);
  CHECK(names(attention_rows()) == expected);
}

TEST_CASE("every row can be selected by name where it runs, and is refused where not") {
  for (size_t i = 0; i < matmul_rows().size(); ++i) {
    const Row<Matmul>& row = matmul_rows()[i];
    INFO(std::string(row.name));
    if (!row.available) {
      CHECK_THROWS_AS(select_kernels(row.name), winnow::base::UsageError);
      continue;
    }
    const Kernels kernels = select_kernels(row.name);
    CHECK(kernels.isa == row.name);
    CHECK(kernels.matmul == row.function);
    CHECK(kernels.quantize == quantize_rows()[i].function);
    CHECK(kernels.dot == dot_rows()[i].function);
    CHECK(kernels.rms_norm == rms_norm_rows()[i].function);
    CHECK(kernels.add_norm == add_norm_rows()[i].function);
    CHECK(kernels.norm_quantize == norm_quantize_rows()[i].function);
    CHECK(kernels.norm_rope == norm_rope_rows()[i].function);
    CHECK(kernels.geglu_quantize == geglu_quantize_rows()[i].function);
    CHECK(kernels.attention == attention_rows()[i].function);
  }
}

#ifdef __aarch64__
// The kernel lets programs read the processor's identification registers.
TEST_CASE("the rows of AArch64 run where the processor's own registers name their instructions") {
  uint64_t isar0, isar1;
  asm("mrs %0, ID_AA64ISAR0_EL1" : "=r"(isar0));
  asm("mrs %0, ID_AA64ISAR1_EL1" : "=r"(isar1));
  std::vector<std::string> expected = {"scalar"};
  const bool dotprod = (isar0 >> 44 & 0xf) != 0, i8mm = (isar1 >> 52 & 0xf) != 0;
  expected.push_back(dotprod ? "neon_dot" : "neon_dot (not here)");
  expected.push_back(dotprod && i8mm ? "neon_i8mm" : "neon_i8mm (not here)");
  CHECK(names(matmul_rows()) == expected);
}
#endif

// Tests of every family walk over the rows that run here; .ci/count_tests reads which do not.
TEST_CASE("rows that do not run here are told", "[native]") {
  size_t left_out = 0;
  for (const Row<Matmul>& row : matmul_rows()) {
    if (row.available) continue;
    ++left_out;
    std::printf("skipped: this processor has no %s\n", std::string(row.name).c_str());
  }
  CHECK(runnable(matmul_rows()).size() + left_out == matmul_rows().size());
}

TEST_CASE("auto selects the last row that runs here") {
  CHECK(select_kernels("auto").isa == runnable(matmul_rows()).back().name);
}

TEST_CASE("an unknown instruction set is one error that lists those that run here") {
  std::string available = "auto";
  for (const Row<Matmul>& row : runnable(matmul_rows())) available.append(", ").append(row.name);
  CHECK_THROWS_AS(select_kernels("sse9"), winnow::base::UsageError);
  CHECK_THROWS_WITH(select_kernels("sse9"),
                    "--isa: sse9: no such instruction set; this machine has " + available);
  for (const char* name : {"", "AVX2", "avx2 ", "scalar\n"})
    CHECK_THROWS_AS(select_kernels(name), winnow::base::UsageError);
}
