#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reports/recorded/measured.h"

// The machine's peaks, and the multiply-accumulates that are held against them.
namespace winnow::reports {

// A figure, or why there is none: one of the two.
template <class T>
struct Known {
  std::optional<T> value{};
  std::string reason{};
};

// Multiply-accumulates of a variant's good blocks of a pass, added up by kernel, and the iterations
// in which they were done.
struct KernelMacs {
  std::map<std::string, double> macs;
  int64_t iterations = 0;
  std::string isa;
};
Known<KernelMacs> kernel_macs_of(const MeasuredArm& arm, Pass pass);

// The peaks of an instruction set on the recorded machine, both positive.
Known<profiles::RooflineRow> peak_of(const std::optional<profiles::Roofline>& roofline,
                                     const std::string& isa);

// "avx512_vnni 535.6 GMAC/s on one core, 2,030 on 4; memory read 22.7 GB/s, 38.1 GB/s"
std::string peak_words(const std::optional<profiles::Roofline>& roofline);

// Whether a function counts as part of a kernel: its name without namespaces, template arguments
// and parameters is the kernel's, or begins with it and "_".
bool is_part_of(std::string_view function, std::string_view kernel);

}  // namespace winnow::reports
