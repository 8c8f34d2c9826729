#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::layers {

// Folder -> folders whose headers it may include, besides its own: none of them above it. The
// longest folder of a path decides: reports/blocks/pairs.h is of reports/blocks.
using Arrows = std::map<std::string, std::set<std::string>, std::less<>>;

// The two stacks, working and measuring, which meet only in files; cli alone knows both. Both stand
// on base.
const Arrows& arrows();

// The folders of the program, with all that lie in them.
std::vector<std::string> top_folders();

// The paths of the quoted includes of a source text, in order.
std::vector<std::string> included_paths(std::string_view source);

// "engine/forward.cpp includes profiles/run/run.h: not allowed" for each include against the
// arrows. An include without a folder is a file that the build makes.
std::vector<std::string> violations(const std::string& path, std::string_view source);

// Which file includes which. A source with its header is one unit: their path without an ending.
using Units = std::map<std::string, std::set<std::string>, std::less<>>;
void add_file(Units& units, const std::string& path, std::string_view source);

// Units that include each other, however far the way round is: "a/b, a/c".
std::vector<std::string> circles(const Units& units);

}  // namespace winnow::layers
