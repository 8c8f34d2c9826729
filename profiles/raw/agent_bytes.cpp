#include "profiles/raw/agent_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/aligned_buffer.h"
#include "base/error.h"

namespace winnow::profiles {
namespace {

constexpr off_t kMostAgentBytes = off_t{256} << 20;

class OpenFile {
 public:
  // Without O_NONBLOCK a pipe would wait for its writer.
  explicit OpenFile(const std::string& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

AgentBytes::AgentBytes(const std::string& path) {
  const OpenFile file(path);
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0)
    throw base::Error(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) throw base::Error(path, "not a regular file");
  if (status.st_size == 0) throw base::Error(path, "the file is empty");
  if (status.st_size > kMostAgentBytes)
    throw base::Error(path, "larger than " + std::to_string(kMostAgentBytes) + " bytes");
  const auto size = static_cast<size_t>(status.st_size);
  memory_ = base::aligned_memory(size);
  while (size_bytes_ < size) {
    const ssize_t got = ::read(file.number(), memory_.get() + size_bytes_, size - size_bytes_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw base::Error(path, std::strerror(errno));
    if (got == 0) break;  // it has become shorter
    size_bytes_ += static_cast<size_t>(got);
  }
}

}  // namespace winnow::profiles
