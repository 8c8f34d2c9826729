#pragma once

#include <exception>
#include <string>

namespace winnow::cli {

// Makes sure that the program says in one line why it ends and ends with kFailed where no exception
// can be caught any more: out of a thread, a destructor, the start of a library. Without memory it
// says that; a reserve is freed for those who tell of it. Before anything else is done.
void prepare_last_words();

// "subject: problem" of what nobody expected, for main.
std::string unexpected(const std::exception& error);

// For main, where memory is none: allocates nothing.
int end_without_memory() noexcept;

}  // namespace winnow::cli
