#include "profiles/recording/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <span>

#include "base/error.h"
#include "base/mapped_file.h"

namespace winnow::profiles {
namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string hex(const Digest& digest, unsigned length) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : std::span(digest).first(length))
    (text += kDigits[byte >> 4]) += kDigits[byte & 15];
  return text;
}

std::string digest_of(const void* bytes, size_t size) {
  Digest digest;
  unsigned length = 0;
  if (EVP_Digest(bytes, size, digest.data(), &length, EVP_sha256(), nullptr) != 1)
    throw base::Error("SHA-256", "OpenSSL refused to compute it");
  return hex(digest, length);
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest_of(bytes.data(), bytes.size()); }

std::string file_sha256(const std::string& path) {
  const base::MappedFile file(path);
  return digest_of(file.bytes().data(), file.bytes().size());
}

std::string keyed_sha256(std::string_view key, std::string_view bytes) {
  Digest digest;
  unsigned length = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(),
            &length))
    throw base::Error("HMAC", "OpenSSL refused to compute it");
  return hex(digest, length);
}

}  // namespace winnow::profiles
