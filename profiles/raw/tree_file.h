#pragma once

#include <string>

#include "profiles/recording/recording.h"

// What the tree pass writes of one block.
namespace winnow::profiles {

inline constexpr const char* kTreeFile = "tree.json";

void write_tree_file(const std::string& path, const TreeProfile& tree);
TreeProfile read_tree_file(const std::string& path);  // throws base::Error

// Adds what other trees did. Programs of one name become one.
void add_tree(const TreeProfile& trees, TreeProfile& sum);

}  // namespace winnow::profiles
