#pragma once

#include "engine/tokenizer_vocabulary.h"

namespace winnow::engine {

// The vocabulary of the synthetic model: Gemma's layout (0 to 4 pad, eos, bos, unk, mask; runs of
// spaces, newlines and some HTML tags user-defined; bytes at 238 to 493), then pieces trained on
// English text, then unused pieces up to `size`. The views point to static storage.
// `size` >= 1,024; the trained pieces are cut off where they do not fit.
Vocabulary english_vocabulary(int32_t size);

}  // namespace winnow::engine
