#pragma once

#include <string>
#include <vector>

// What the plans of a run and of a sweep have in common.
namespace winnow::profiles {

// Throws base::UsageError unless it holds.
void check(bool holds, const std::string& subject, const std::string& problem);

// The names must differ and fit a file's name; `noun` is what they name, "variant".
void check_names(const std::string& noun, const std::vector<std::string>& names);

}  // namespace winnow::profiles
