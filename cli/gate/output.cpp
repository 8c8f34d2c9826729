#include "cli/gate/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/command_line.h"
#include "reports/gate/json.h"
#include "reports/gate/renderers.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

void append(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) throw base::Error(path, std::strerror(errno));
  const ssize_t written = ::write(file, text.data(), text.size());
  const int error = written < 0 ? errno : EIO;
  ::close(file);
  if (written != static_cast<ssize_t>(text.size())) throw base::Error(path, std::strerror(error));
}

const char* environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

int write_gate(const reports::GateReport& report, const std::string& out) {
  const std::string summary = reports::gate_markdown(report);
  if (!out.empty()) {
    std::error_code error;
    fs::create_directories(out, error);
    if (error) throw base::Error(out, error.message());
    base::write_file(out + "/verdict.json", reports::gate_json(report));
    base::write_file(out + "/junit.xml", reports::gate_junit(report));
    base::write_file(out + "/summary.md", summary);
  }
  print(summary);
  if (environment("GITHUB_ACTIONS")) print(reports::gate_annotations(report));
  if (const char* path = environment("GITHUB_STEP_SUMMARY")) append(path, summary);
  return reports::exit_status_of(report.outcome);
}

}  // namespace winnow::cli
