#pragma once

#include <cstddef>

namespace winnow::cli {

// Does standard output go to somebody who reads along?
bool prints_to_terminal();

// Of standard output; 100 where that is no terminal.
size_t terminal_columns();

}  // namespace winnow::cli
