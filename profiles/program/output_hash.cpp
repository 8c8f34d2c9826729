#include "profiles/program/output_hash.h"

#include "profiles/recording/sha256.h"

namespace winnow::profiles {

struct OutputHash::Digest {
  Sha256 hash;
  bool empty = true;
};

OutputHash::OutputHash()
    : digest_(std::make_unique<Digest>()),
      pipe_([digest = digest_.get()](std::span<const char> bytes) {
        digest->empty = false;
        digest->hash.add({bytes.data(), bytes.size()});
      }) {}

OutputHash::~OutputHash() = default;

std::string OutputHash::finish() {
  pipe_.finish();
  return digest_->empty ? "" : digest_->hash.finish();
}

}  // namespace winnow::profiles
