#pragma once

#include <functional>
#include <map>
#include <string>

#include "reports/pages/html_index.h"

namespace winnow::cli {

// The entries of an index of recordings, each as it was made of a file that has not changed since:
// to read a recording and judge it takes longer than all else of the index.
class IndexMemo {
 public:
  IndexMemo() = default;
  // As text() gave it; what is no such text is an empty memo.
  explicit IndexMemo(const std::string& text);

  // The entry that was made of this file as it is, else what `make` gives, which is kept unless it
  // has a problem.
  reports::IndexEntry entry_of(const std::string& file,
                               const std::function<reports::IndexEntry()>& make);

  // Of the entries that were asked for.
  std::string text() const;

 private:
  struct Kept {
    std::string identity;  // of the file
    reports::IndexEntry entry;
    bool asked = false;
  };
  std::map<std::string, Kept> kept_;  // by file
};

}  // namespace winnow::cli
