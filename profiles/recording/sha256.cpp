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

[[noreturn]] void refused() { throw base::Error("SHA-256", "OpenSSL refused to compute it"); }

std::string digest_of(const void* bytes, size_t size) {
  Digest digest;
  unsigned length = 0;
  if (EVP_Digest(bytes, size, digest.data(), &length, EVP_sha256(), nullptr) != 1) refused();
  return hex(digest, length);
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) refused();
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) refused();
}

std::string Sha256::finish() {
  Digest digest;
  unsigned length = 0;
  if (EVP_DigestFinal_ex(state_->context, digest.data(), &length) != 1) refused();
  return hex(digest, length);
}

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
