#include "profiles/machine/identity.h"

#include <algorithm>
#include <cctype>

#include "profiles/machine/files.h"
#include "profiles/recording/sha256.h"

namespace winnow::profiles {
namespace {

// How a fact's value enters the fingerprint: without what changes from boot to boot.
std::string as_it_is(const std::string& value) { return value; }

// "6.1.0-13-amd64" -> "6.1"
std::string release(const std::string& value) {
  const size_t first = value.find('.');
  if (first == std::string::npos) return value;
  return value.substr(0, value.find_first_not_of("0123456789", first + 1));
}

// The kernel keeps a few MB for itself, by version.
std::string gib(const std::string& value) {
  constexpr int64_t kGib = int64_t{1} << 30;
  const auto bytes = to_integer(value);
  return bytes ? std::to_string((*bytes + kGib / 2) / kGib) + " GiB" : value;
}

struct Covered {
  const char* name;
  std::string (*part)(const std::string&);
};
constexpr Covered kCovered[] = {
    {"cpu_model", as_it_is},  {"cores", as_it_is},
    {"smt", as_it_is},        {"numa_nodes", as_it_is},
    {"memory_bytes", gib},    {"kernel", release},
    {"hypervisor", as_it_is}, {"governor", as_it_is},
    {"turbo", as_it_is},      {"transparent_huge_pages", as_it_is},
    {"cpu_quota", as_it_is},
};

std::string part_of(const std::vector<MachineFact>& facts, const Covered& covered) {
  const auto fact = std::ranges::find(facts, covered.name, &MachineFact::name);
  const bool known = fact != facts.end() && !fact->value.empty();
  return covered.name + (" " + (known ? covered.part(fact->value) : "unknown"));
}

// As sd_id128_get_machine_app_specific makes it: the machine's id itself is confidential, what is
// made of it by an application's key leads to no other application's.
constexpr std::string_view kApplication{
    "\x3d\x1f\xa6\x52\x9c\x0b\x4e\x7d\x8a\x64\x21\xe7\x5b\xc8\xf0\x93", 16};

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string application_id(const std::string& machine_id) {
  constexpr size_t kDigits = 32;
  std::string id = keyed_sha256(bytes_of(machine_id), kApplication).substr(0, kDigits);
  // Version 4 and the variant of RFC 4122.
  constexpr std::string_view kHex = "0123456789abcdef";
  id[12] = '4';
  id[16] = kHex[(kHex.find(id[16]) & 3) | 8];
  return id;
}

bool is_machine_id(const std::string& text) {
  constexpr size_t kDigits = 32;
  return text.size() == kDigits &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; }) &&
         text.find_first_not_of('0') != std::string::npos;
}

}  // namespace

MachineIdentity machine_identity(const std::vector<MachineFact>& facts, const std::string& root) {
  MachineIdentity identity;
  std::string all;
  for (const Covered& covered : kCovered) {
    identity.facts.push_back(part_of(facts, covered));
    all += identity.facts.back() + "\n";
  }
  identity.fingerprint = sha256(all);
  const Answer id = MachineFiles(root).read("/etc/machine-id");
  if (is_machine_id(id.value))
    identity.host_id = application_id(id.value);
  else
    identity.note =
        "no host id: " +
        (id.value.empty() && !id.note.empty() ? id.note : "/etc/machine-id holds no machine's id");
  return identity;
}

}  // namespace winnow::profiles
