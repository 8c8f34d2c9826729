#include "base/byte_reader.h"

namespace winnow::base {

void ByteReader::fail_short(std::string_view what) const {
  throw Error(subject_, "cut short at byte " + std::to_string(bytes_.size()) + ", while reading " +
                            std::string(what));
}

}  // namespace winnow::base
