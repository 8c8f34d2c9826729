#pragma once

#include <string>
#include <vector>

// Where the files lie that belong to this program: in its build folder, or in the place where it
// was installed, relative to the program itself, so that this place can be moved.
namespace winnow::cli {

// What a command is to read: the path. Throws base::UsageError where there is nothing of that name;
// of what is there and cannot be read, its reader tells.
const std::string& existing(const std::string& path);

// The program of a strategy. Throws base::Error that tells where it was looked for.
std::string engine_file(const std::string& strategy);

// What is preloaded into measured programs; its malloc hooks lie beside it. Throws like
// engine_file.
std::string agent_library();

// The scenario file of this name: as it stands, else ("batch32", "scenarios/batch32.toml") the one
// that belongs to this program. Throws base::UsageError where there is neither.
std::string scenario_file(const std::string& name);

// The folder of those that belong to this program. Empty where there are none.
std::string own_scenarios();

// "winnow" in the user's folder that the variable names, else in `below_home` (XDG Base Directory
// Specification). Empty: there is no such folder to be named.
std::string user_folder(const char* variable, const char* below_home);

// Where a model of this name ("synthetic-300m.gguf") may lie, in the order in which it is looked
// for: models/ of the working folder, beside this program, in the user's data folder
// ($XDG_DATA_HOME/winnow/models, else ~/.local/share/winnow/models).
std::vector<std::string> model_places(const std::string& name);

}  // namespace winnow::cli
