#pragma once

#include <string>

// Where the files lie that belong to this program: in its build folder, or in the place where it
// was installed, relative to the program itself, so that this place can be moved.
namespace winnow::cli {

// The program of a strategy. Throws base::Error that tells where it was looked for.
std::string engine_file(const std::string& strategy);

// What is preloaded into measured programs; its malloc hooks lie beside it. Throws like
// engine_file.
std::string agent_library();

// The scenario file of this name: as it stands, else ("batch32", "scenarios/batch32.toml") the
// installed one. Throws base::Error where this program is installed and there is neither; else the
// name is given back, for its reader to complain of.
std::string scenario_file(const std::string& name);

// Empty where there are none.
std::string installed_scenarios();

}  // namespace winnow::cli
