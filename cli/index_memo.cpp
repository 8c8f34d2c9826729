#include "cli/index_memo.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace winnow::cli {

namespace {

using base::Json;
using reports::IndexEntry;

// Those of an entry that are one text, by name.
constexpr std::pair<const char*, std::string IndexEntry::*> kTexts[] = {
    {"address", &IndexEntry::address},   {"folder", &IndexEntry::folder},
    {"scenario", &IndexEntry::scenario}, {"created", &IndexEntry::created},
    {"status", &IndexEntry::status},     {"winner", &IndexEntry::winner},
    {"ratio", &IndexEntry::ratio},       {"verdict_class", &IndexEntry::verdict_class}};
constexpr std::pair<const char*, std::vector<std::string> IndexEntry::*> kLists[] = {
    {"variants", &IndexEntry::variants}, {"flags", &IndexEntry::flags}};

// Another file of this name, or one that was written to since, has another. Empty: not there.
std::string identity_of(const std::string& file) {
  struct stat state {};
  if (::stat(file.c_str(), &state) != 0 || !S_ISREG(state.st_mode)) return "";
  return fmt::format("{} {} {} {}.{:09} {}.{:09}", state.st_dev, state.st_ino, state.st_size,
                     state.st_mtim.tv_sec, state.st_mtim.tv_nsec, state.st_ctim.tv_sec,
                     state.st_ctim.tv_nsec);
}

Json to_json(const IndexEntry& entry) {
  Json json = Json::object();
  for (const auto& [name, member] : kTexts) json[name] = entry.*member;
  for (const auto& [name, member] : kLists) json[name] = entry.*member;
  return json;
}

// Throws base::Error for a value of another kind.
IndexEntry entry_in(const Json& json) {
  IndexEntry entry;
  for (const auto& [name, member] : kTexts)
    if (const Json* text = json.find(name)) entry.*member = text->string();
  for (const auto& [name, member] : kLists)
    if (const Json* list = json.find(name))
      for (const Json& element : list->elements()) (entry.*member).push_back(element.string());
  return entry;
}

}  // namespace

IndexMemo::IndexMemo(const std::string& text) {
  if (text.empty()) return;
  try {
    const Json all = base::parse_json(text, "index");
    for (const auto& [file, kept] : all.members())
      if (const Json* identity = kept.find("identity"), *entry = kept.find("entry");
          identity != nullptr && entry != nullptr)
        kept_[file] = {identity->string(), entry_in(*entry)};
  } catch (const base::Error&) {
    kept_.clear();
  }
}

IndexEntry IndexMemo::entry_of(const std::string& file, const std::function<IndexEntry()>& make) {
  // Before the file is read: one that changes meanwhile is read again.
  std::string identity = identity_of(file);
  if (const auto known = kept_.find(file);
      known != kept_.end() && !identity.empty() && known->second.identity == identity) {
    known->second.asked = true;
    return known->second.entry;
  }
  IndexEntry entry = make();
  if (entry.problem.empty() && !identity.empty()) kept_[file] = {std::move(identity), entry, true};
  return entry;
}

std::string IndexMemo::text() const {
  Json all = Json::object();
  for (const auto& [file, kept] : kept_)
    if (kept.asked)
      all.members().push_back(
          {file, {{"identity", kept.identity}, {"entry", to_json(kept.entry)}}});
  return all.text();
}

}  // namespace winnow::cli
