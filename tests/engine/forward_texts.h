#pragma once

#include <string>
#include <vector>

#include "engine/tokenizer.h"

namespace winnow::engine {

inline std::vector<int32_t> encoded(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<int32_t> ids;
  tokenizer.encode(text, ids);
  return ids;
}

// Sentences that differ, of at least `tokens` tokens together.
inline std::string text_of(const Tokenizer& tokenizer, size_t tokens) {
  static const char* const subjects[] = {"The baker", "A small river", "Every engine",
                                         "My neighbour's dog", "The old library"};
  static const char* const verbs[] = {"remembers",     "carries",     "turns away from", "measures",
                                      "is older than", "seldom sees", "waits for"};
  static const char* const objects[] = {
      "the morning bread",     "a bridge of stone", "the cold winter", "twelve clocks",
      "a letter from the sea", "the mountain",      "two grey cats",   "an answer",
      "the last train",        "green apples",      "its own shadow"};
  std::string text;
  for (size_t i = 0; text.empty() || encoded(tokenizer, text).size() < tokens; ++i)
    for (size_t j = 8 * i; j < 8 * i + 8; ++j)
      text += std::string(subjects[j % 5]) + " " + verbs[j % 7] + " " + objects[j % 11] + ". ";
  return text;
}

// Of no word to about 40 words, and hard characters.
inline std::vector<std::string> short_texts() {
  return {"",
          "bread",
          "How do I bake bread?",
          "A profile that nobody can repeat proves nothing about the program.",
          "Several strategies run the same engine on the same texts, one after another and in "
          "random order, so that a drift of the machine's clock meets all of them alike, and the "
          "winner wins by more than the noise.",
          "Cr\xC3\xA8me br\xC3\xBBl\xC3\xA9"
          "e \xE2\x80\x94 "
          "\xE6\x9D\xB1\xE4\xBA\xAC\xE3\x81\xAF\xE5\xA4\x9C\xE3\x81\xAE\xE4\xB8\x83\xE6\x99\x82 "
          "\xF0\x9F\x9A\x80\xF0\x9F\xA5\x96"};
}

// The short ones, one of more than 800 tokens and one that is longer than the context.
inline std::vector<std::string> test_texts(const Tokenizer& tokenizer) {
  auto texts = short_texts();
  texts.push_back(text_of(tokenizer, 820));
  texts.push_back(text_of(tokenizer, 2100));
  return texts;
}

}  // namespace winnow::engine
