#pragma once

#include <string>
#include <string_view>
#include <vector>

// Environment variables by which a library or a runtime runs otherwise: with other threads, on
// other cores, with another allocator.
namespace winnow::profiles {

// "OMP_NUM_THREADS=4"; not one without a value, nor MALLOC_PERTURB_=0, which is off.
bool is_tuning(std::string_view entry);

// Those of this process, in their order.
std::vector<std::string> tuning_environment();

// Their names.
std::vector<std::string> tuning_names();

// What a recording's warnings say of them: programs of the user get them, so that both arms do;
// programs that follow docs/child-contract.md do not, because their options alone are to decide.
// Empty: there are none.
std::string tuning_warning(bool handed_on);

}  // namespace winnow::profiles
