#include "reports/markup/json.h"

#include "base/error.h"
#include "base/json.h"

namespace winnow::reports {

std::string json_text(const std::string& text) { return base::Json(base::printable(text)).text(); }

}  // namespace winnow::reports
