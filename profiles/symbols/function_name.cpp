#include "profiles/symbols/function_name.h"

#include <libiberty/demangle.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace winnow::profiles {
namespace {

// libdw and ELF files may hand over anything; a report needs no longer symbols, nor names.
constexpr size_t kLimitLength = 1 << 16;
constexpr size_t kLimitNameLength = 1 << 20;

struct NameTooLong {};

// Where a demangler puts its text. A symbol of a hundred bytes can stand for a name of gigabytes,
// each of its types twice the one before it: such a one is left.
void append_name(const char* part, size_t size, void* name) {
  auto& text = *static_cast<std::string*>(name);
  if (size > kLimitNameLength - text.size()) throw NameTooLong();
  text.append(part, size);
}

using Demangler = int (*)(const char* symbol, int options, demangle_callbackref, void* name);

// Empty: the symbol is none of the demangler's.
std::string demangled_by(Demangler demangler, const std::string& symbol, int options) {
  if (symbol.size() > kLimitLength) return "";
  std::string name;
  try {
    return demangler(symbol.c_str(), options, append_name, &name) != 0 ? name : "";
  } catch (const NameTooLong&) {
    return "";
  }
}

// Rust's names of both kinds (RFC 2603 and before), as its compiler writes them, without the hash;
// empty: it is none.
std::string rust_name(const std::string& symbol) {
  const bool possible = symbol.starts_with("_R") || symbol.starts_with("_ZN");
  return possible ? demangled_by(rust_demangle_callback, symbol, DMGL_NO_OPTS) : "";
}

std::string demangle(const std::string& symbol) {
  if (!symbol.starts_with("_Z")) return symbol;
  std::string name = demangled_by(cplus_demangle_v3_callback, symbol, DMGL_PARAMS);
  return name.empty() ? symbol : name;
}

bool is_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Keeps the qualified name of a demangled function: "std::vector<int>::at(unsigned long) const"
// becomes "std::vector::at". Walks once from left to right; what stands before a space outside
// brackets was a return type and is dropped.
class QualifiedName {
 public:
  explicit QualifiedName(std::string_view text) : rest_(text) {}

  // Empty when the text is not understood.
  std::string read() {
    while (!rest_.empty() && good_) step();
    return good_ ? std::move(name_) : "";
  }

 private:
  void step() {
    if (take_if("(anonymous namespace)::")) return;
    if (at_operator()) return take_operator();
    switch (rest_.front()) {
      case '(':
      case '<':
      case '[':
        return skip_brackets();
      case '{':
        return take_braces();
      case ' ':
        rest_.remove_prefix(1);
        return after_space();
      default:
        keep(rest_.substr(0, 1));
        rest_.remove_prefix(1);
    }
  }

  void after_space() {
    for (const std::string_view qualifier : {"const", "volatile", "&&", "&", "noexcept"})
      if (take_if(qualifier)) return;
    // "f() [clone .cold]", "operator< <int>"
    if (!rest_.starts_with("[") && !rest_.starts_with("<")) name_.clear();
  }

  bool at_operator() const {
    constexpr std::string_view kOperator = "operator";
    return rest_.starts_with(kOperator) && rest_.size() > kOperator.size() &&
           !is_identifier(rest_[kOperator.size()]) &&
           (name_.empty() || !is_identifier(name_.back()));
  }

  void take_operator() {
    static constexpr std::array<std::string_view, 20> kSymbols = {
        "()", "[]",     "<=>",  "->*",       "<<=",     ">>=", "<<", ">>",    "->",   "<=",
        ">=", " new[]", " new", " delete[]", " delete", "<",   ">",  "\"\" ", "\"\"", ","};
    take_if("operator");
    keep("operator");
    for (const std::string_view symbol : kSymbols)
      if (take_if(symbol)) return keep(symbol);
    // A conversion ("operator bool") or an operator of plain characters ("operator+="); "[" opens
    // an ABI tag.
    const size_t end = std::min(rest_.find_first_of("(<[", 1), rest_.size());
    keep(rest_.substr(0, end));
    rest_.remove_prefix(end);
  }

  // "{lambda(int)#1}": kept as "{lambda#1}".
  void take_braces() {
    while (!rest_.empty() && rest_.front() != '}') {
      if (rest_.front() == '(' || rest_.front() == '<') {
        skip_brackets();
      } else {
        keep(rest_.substr(0, 1));
        rest_.remove_prefix(1);
      }
    }
    good_ = take_if("}");
    keep("}");
  }

  // Past the bracket that closes the one at the front.
  void skip_brackets() {
    int depth = 0;
    char before = 0;
    for (size_t i = 0; i < rest_.size(); before = rest_[i++]) {
      const char c = rest_[i];
      if (c == '(' || c == '<' || c == '[') ++depth;
      if (c == ')' || c == ']' || (c == '>' && before != '-')) --depth;
      if (depth == 0) return rest_.remove_prefix(i + 1);
    }
    good_ = false;
  }

  bool take_if(std::string_view front) {
    if (!rest_.starts_with(front)) return false;
    rest_.remove_prefix(front.size());
    return true;
  }
  void keep(std::string_view text) { name_ += text; }

  std::string_view rest_;
  std::string name_;
  bool good_ = true;
};

// Where the name ends of which a compiler made a clone: "matmul.part.0", "sum.constprop.1",
// "main.cold", "local.5". Others use the dot otherwise: Go's "main.main".
size_t clone_suffix(std::string_view symbol) {
  static constexpr std::string_view kClones[] = {"clone", "cold", "constprop",  "isra",
                                                 "llvm",  "part", "localalias", "lto_priv"};
  for (size_t dot = symbol.find('.', 1); dot < symbol.size(); dot = symbol.find('.', dot + 1)) {
    const std::string_view rest = symbol.substr(dot + 1);
    const std::string_view word = rest.substr(0, rest.find('.'));
    const bool number =
        !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
    if (number || std::ranges::find(kClones, word) != std::end(kClones)) return dot;
  }
  return symbol.size();
}

// The many names of one function of the C library.
std::string unify(std::string name) {
  static constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"__futex_abstimed_wait_common", "futex_wait"},
      {"__futex_abstimed_wait_common64", "futex_wait"},
      {"__futex_abstimed_wait_common32", "futex_wait"},
      {"__futex_abstimed_wait_cancelable64", "futex_wait"},
      {"__futex_abstimed_wait64", "futex_wait"},
      {"__futex_lock_pi64", "futex_lock_pi"},
      {"__pthread_create_2_1", "pthread_create"},
      {"__pthread_mutex_unlock_usercnt", "pthread_mutex_unlock"},
      {"__pthread_clockjoin_ex", "pthread_join"},
      {"__pthread_timedjoin_ex", "pthread_join"},
      {"__libc_malloc", "malloc"},
      {"__libc_free", "free"},
      {"cfree", "free"},
      {"__libc_calloc", "calloc"},
      {"__libc_realloc", "realloc"},
      {"__libc_memalign", "memalign"},
      {"__mmap64", "mmap"},
      {"mmap64", "mmap"},
  };
  static constexpr std::string_view kMemory[] = {"memmove", "memcpy", "memset", "memcmp", "memchr"};
  static constexpr std::string_view kCalls[] = {"mmap",  "munmap", "mprotect",   "madvise",
                                                "clone", "clone3", "sched_yield"};
  std::string_view bare = name;
  if (bare.starts_with("__GI_")) bare.remove_prefix(5);
  for (const auto& [alias, usual] : kAliases)
    if (bare == alias) return std::string(usual);
  std::string_view plain = bare;
  plain.remove_prefix(std::min(plain.find_first_not_of('_'), plain.size()));
  if (plain.starts_with("pthread_")) return std::string(plain);
  if (std::find(std::begin(kCalls), std::end(kCalls), plain) != std::end(kCalls))
    return std::string(plain);
  // "__memset_avx2_unaligned_erms"; memcpy is another name of memmove's code.
  for (const std::string_view memory : kMemory)
    if (bare.starts_with("__") && plain.starts_with(memory) && plain.size() > memory.size() &&
        plain[memory.size()] == '_')
      return memory == "memcpy" ? "memmove" : std::string(memory);
  return std::string(bare);
}

}  // namespace

std::string function_name(const std::string& symbol) {
  std::string plain = symbol.substr(0, symbol.find('@'));
  if (std::string name = rust_name(plain); !name.empty()) return name;
  const std::string demangled = demangle(plain);
  if (demangled != plain) {
    std::string name = QualifiedName(demangled).read();
    return name.empty() ? demangled : name;
  }
  plain.resize(clone_suffix(plain));
  return unify(std::move(plain));
}

}  // namespace winnow::profiles
