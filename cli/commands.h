#pragma once

#include "cli/command_line.h"

// The commands of `winnow`: each gives the exit status, and throws base::Error.
namespace winnow::cli {

// A row of the table of commands.
struct Command {
  std::string_view name;
  std::string_view summary;
  Run run;
};

int run_command(const Arguments& arguments);
int compare_command(const Arguments& arguments);
int calibrate_command(const Arguments& arguments);
int report_command(const Arguments& arguments);
int gate_command(const Arguments& arguments);
int explain_command(const Arguments& arguments);
int serve_command(const Arguments& arguments);
int top_command(const Arguments& arguments);
int list_command(const Arguments& arguments);
int doctor_command(const Arguments& arguments);
int embed_command(const Arguments& arguments);
int tokenize_command(const Arguments& arguments);
int model_command(const Arguments& arguments);

}  // namespace winnow::cli
