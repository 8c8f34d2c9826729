#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "profiles/recording/json_reader.h"
#include "profiles/recording/json_writer.h"

// Files of the recording's folder as JSON documents with a version (docs/recording.md).
namespace winnow::profiles {

// A document of an older version is brought to this program's by steps; one of a newer minor
// version is read as far as it is known; a newer major version cannot be read.
struct Version {
  int major = 0, minor = 0;
  auto operator<=>(const Version&) const = default;
};

// Makes of a document that is older than `to` one of that version.
struct Upgrade {
  Version to;
  void (*step)(Json& document);
};

// What a file holds: "recording", and how it is read.
struct Kind {
  std::string noun;
  Version version;
  std::span<const Upgrade> upgrades{};  // in the order of their versions
  size_t limit_bytes = 64'000'000;
};

// "schema", "schema_minor" and "content_hash" are taken out of the document.
struct Document {
  Json json;
  std::string content_hash;
  Remarks remarks{};
};

// Throws base::Error where that cannot be told: an unreadable file is not one that is not there.
bool is_there(const std::string& path);

// Of this program's version. Throws base::Error.
Document open_document(const std::string& path, const Kind& kind);
// The same of a file that belongs to the recording in `folder`: no link may lead out of it.
Document open_document_in(const std::string& folder, const std::string& path, const Kind& kind);
// The same of a text, and of one that was parsed; `path` is named in errors.
Document parse_document(const std::string& text, const std::string& path, const Kind& kind);
Document document_of(Json parsed, const std::string& path, const Kind& kind);

template <class T>
void read_fields(Document& document, const std::string& path, T& value) {
  JsonReader::from_json(document.json, Place{path, nullptr, {}, 0, &document.remarks}, value);
}

// A hash of all that the document says, whatever its spaces, the order of its keys and the spelling
// of its numbers; the key "content_hash" is left aside.
std::string content_hash(const Json& document);

// Puts the version, and where asked the hash, before the document's fields, and writes it.
enum class Sealed { kNo, kYes };
void write_document(const std::string& path, const Kind& kind, Json document,
                    Sealed sealed = Sealed::kNo, std::optional<int> indent = {});

}  // namespace winnow::profiles
