#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace winnow::cli {

bool prints_to_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

}  // namespace winnow::cli
