#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/gguf.h"

// Damage that a tensor's own bytes show: a scale or float that is no finite number, weights that
// are all zero, and holes, runs of zero bytes as a download leaves that was not finished or a disk
// that lost a sector. Other bytes that changed cannot be told from weights; `winnow model check`
// prints checksums for that.
namespace winnow::engine {

// What is wrong with the tensor; nothing: no damage is seen. "row 5 holds a scale of nan".
std::optional<std::string> find_damage(const Tensor& tensor);

// The table of tokens is large and read in place. Rows of zeros in it are no damage by themselves:
// a vocabulary may hold tokens that nobody trained. No text can be embedded with one.
struct TokenTableCheck {
  std::optional<std::string> damage;
  std::vector<bool> empty_rows;  // by token: its row has a hole; empty where no row has
  uint64_t empty_row_count = 0;
};
// Reads the table in parts and drops each from the resident memory again. Any thread.
TokenTableCheck check_token_table(const Gguf& file, const Tensor& table);

inline constexpr std::string_view kTokenTable = "token_embd.weight";

}  // namespace winnow::engine
