#include "reports/exports/export.h"
#include "reports/pages/html_page.h"

namespace winnow::reports {

std::string export_html(const Export& source) { return to_html(source.report, source.pictures); }

}  // namespace winnow::reports
