#pragma once

#include <string>

#include "engine/tokenizer.h"

namespace winnow::engine {

// The vocabulary as a SentencePiece model file (ModelProto of sentencepiece_model.proto): BPE,
// nothing normalized but spaces to U+2581; byte fallback if the vocabulary has byte pieces.
std::string sentencepiece_model(const Vocabulary& vocabulary);

}  // namespace winnow::engine
