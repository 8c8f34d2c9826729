#pragma once

#include <string>

#include "reports/comparison/report.h"
#include "reports/pages/pictures.h"

namespace winnow::reports {

// The report as one HTML file that needs no network and, but for zooming, searching and sorting, no
// scripts. Nothing from the recording can become markup or script.
std::string to_html(const Report& report, const PagePictures& pictures);

// The page around `main`, which is HTML: style, scripts, links to the sections. `kind` of page and
// `title` are plain text.
std::string html_document(const std::string& title, const std::string& kind,
                          const std::string& main);

}  // namespace winnow::reports
