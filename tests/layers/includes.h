#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::layers {

// Folder -> folders whose headers it may include: itself and what lies below it.
using Arrows = std::map<std::string, std::set<std::string>, std::less<>>;

// The two stacks, working and measuring, which meet only in files; cli alone knows both.
const Arrows& arrows();

// The project folders of the quoted includes of a source text, in order ("kernels/kernels.h" gives
// "kernels"); an include without a folder gives "".
std::vector<std::string> included_folders(std::string_view source);

// "engine/forward.cpp includes profiles: not allowed" for each include against the arrows.
std::vector<std::string> violations(const std::string& path, std::string_view source);

}  // namespace winnow::layers
