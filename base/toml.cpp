#include "base/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace winnow::base {
namespace {

constexpr size_t kFileLimitBytes = 16'000'000;
constexpr int kKeyPartsLimit = 1000;

// Looks for keys and brackets outside of texts and comments: parts of keys, and the brackets that
// they stand in, are tables in tables, and each of these takes a part of the stack.
class DepthCheck {
 public:
  DepthCheck(std::string_view text, const std::string& path) : rest_(text), path_(path) {}

  void run() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '"' || c == '\'') {
        skip_text(c);
      } else {
        rest_.remove_prefix(c == '#' ? std::min(rest_.find('\n'), rest_.size()) : 1);
        if (c != '#') take(c);
      }
    }
  }

 private:
  // In one quote or in three of them; the former ends with its line at the latest.
  void skip_text(char quote) {
    const std::string whole(3, quote);
    const bool lines = rest_.starts_with(whole);
    const std::string_view end =
        lines ? std::string_view(whole) : std::string_view(whole).substr(2);
    rest_.remove_prefix(end.size());
    while (!rest_.empty() && !rest_.starts_with(end)) {
      if (rest_.front() == '\n' && !lines) return;
      line_ += rest_.front() == '\n';
      const bool escapes = rest_.front() == '\\' && quote == '"' && rest_.size() > 1;
      line_ += escapes && rest_[1] == '\n';
      rest_.remove_prefix(escapes ? 2 : 1);
    }
    rest_.remove_prefix(std::min(end.size(), rest_.size()));
  }

  void take(char c) {
    if (c == '.') ++parts_;
    if (c == '{' || c == '[') {
      open_.push_back(parts_ + 1);
      around_ += open_.back();
    }
    if ((c == '}' || c == ']') && !open_.empty()) {
      around_ -= open_.back();
      open_.pop_back();
    }
    if (std::string_view("{[}],\n").find(c) != std::string_view::npos) parts_ = 0;
    if (around_ + parts_ >= kKeyPartsLimit)
      throw UsageError(path_, "line " + std::to_string(line_) + ": a key of more than " +
                                  std::to_string(kKeyPartsLimit) + " parts");
    line_ += c == '\n';
  }

  std::string_view rest_;
  const std::string& path_;
  std::vector<int> open_;       // parts of the key before each open bracket, and the bracket
  int around_ = 0, parts_ = 0;  // their sum; of the key so far
  int line_ = 1;
};

TomlNode data_of(const toml::node& node) {
  TomlNode data;
  data.line = static_cast<int>(node.source().begin.line);
  data.string = node.value_exact<std::string>();
  data.boolean = node.value_exact<bool>();
  data.integer = node.value_exact<int64_t>();
  if (node.is_number()) data.number = node.value<double>();
  if (const toml::array* list = node.as_array()) {
    data.list.emplace();
    for (const toml::node& element : *list) data.list->push_back(data_of(element));
  }
  if (const toml::table* table = node.as_table()) {
    data.table.emplace();
    for (const auto& [key, value] : *table)
      data.table->push_back({std::string(key.str()), data_of(value)});
  }
  return data;
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view key) const {
  if (!table) return nullptr;
  const auto found =
      std::lower_bound(table->begin(), table->end(), key,
                       [](const TomlEntry& entry, std::string_view k) { return entry.key < k; });
  return found != table->end() && found->key == key ? &found->value : nullptr;
}

TomlNode parse_toml(const std::string& text, const std::string& path) {
  DepthCheck(text, path).run();
  try {
    return data_of(toml::parse(text, path));
  } catch (const toml::parse_error& error) {
    throw UsageError(path, "line " + std::to_string(error.source().begin.line) + ": " +
                               std::string(error.description()));
  }
}

TomlNode parse_toml_file(const std::string& path) {
  return parse_toml(read_file(path, kFileLimitBytes), path);
}

std::string toml_string(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7F) {
      quoted += {'\\', 'u', '0', '0', kDigits[code / 16], kDigits[code % 16]};
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace winnow::base
