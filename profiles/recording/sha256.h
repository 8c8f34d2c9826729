#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace winnow::profiles {

// SHA-256 by OpenSSL, as 64 hexadecimal digits: equal for equal bytes, however many files a
// history holds.
std::string sha256(std::string_view bytes);
// Of a file's whole content. Throws base::Error.
std::string file_sha256(const std::string& path);

// Of bytes as they come. Throws base::Error.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  std::string finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// HMAC (RFC 2104) with SHA-256.
std::string keyed_sha256(std::string_view key, std::string_view bytes);

}  // namespace winnow::profiles
