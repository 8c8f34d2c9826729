#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/http_server.h"
#include "cli/index_memo.h"
#include "cli/places.h"
#include "profiles/recording/recording.h"
#include "profiles/recording/sweep.h"
#include "reports/comparison/comparison.h"
#include "reports/markup/html.h"
#include "reports/pages/html_index.h"
#include "reports/pages/html_page.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/sweep_report.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

constexpr int kDeepest = 3;                     // folders below the one that was named
constexpr std::chrono::seconds kIndexTime(20);  // for reading what it lists
constexpr int kDefaultPort = 8090, kPortLimit = 65535;

struct Found {
  std::string name;     // relative to the served folder; empty: that folder itself
  std::string address;  // the path of its page
  std::string folder;
  bool sweep = false;
};

// "%20" as a space, for comparing: what it gives is no path of a file. Other text is as it was.
std::string percent_decoded(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const std::string_view digits = text.substr(std::min(i + 1, text.size()), 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    const bool escape = text[i] == '%' && digits.size() == 2 && error == std::errc() &&
                        end == digits.data() + digits.size();
    result += escape ? static_cast<char>(byte) : text[i];
    if (escape) i += 2;
  }
  return result;
}

// Whose page is asked for: by its address, or by its folder's name, "/batch32"; either with or
// without a slash behind it.
std::vector<Found>::const_iterator named_by(const std::string& path,
                                            const std::vector<Found>& found) {
  const auto match = std::ranges::find(found, path, &Found::address);
  if (match != found.end()) return match;
  std::string wanted = percent_decoded(path.substr(1));
  if (wanted.ends_with('/')) wanted.pop_back();
  return std::ranges::find_if(found, [&](const Found& each) {
    return !each.name.empty() &&
           (wanted == each.name || wanted == (each.sweep ? "sweep/" : "recording/") + each.name);
  });
}

// Every folder with a recording or a sweep; symbolic links are not followed. A request is matched
// against this list and never becomes a path.
std::vector<Found> recordings_in(const std::string& root) {
  std::vector<Found> found;
  // What is there and no file is listed, too, and its page says what it is.
  const auto holds = [](const fs::path& file) {
    std::error_code ignored;
    const fs::file_type type = fs::symlink_status(file, ignored).type();
    return type != fs::file_type::not_found && type != fs::file_type::none &&
           type != fs::file_type::symlink;
  };
  const auto add = [&](const fs::path& folder, const std::string& name) {
    const std::string encoded = reports::percent_encoded(name);
    if (holds(folder / "recording.json"))
      found.push_back({name, "/recording/" + encoded, folder.string(), false});
    if (holds(folder / "sweep.json"))
      found.push_back({name, "/sweep/" + encoded, folder.string(), true});
  };
  add(root, "");
  std::error_code error;
  fs::recursive_directory_iterator entries(root, fs::directory_options::skip_permission_denied,
                                           error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (!entries->is_directory(error) || entries->is_symlink(error)) continue;
    add(entries->path(), fs::relative(entries->path(), root, error).string());
    if (entries.depth() + 1 >= kDeepest) entries.disable_recursion_pending();
  }
  std::ranges::sort(found, {}, &Found::name);
  return found;
}

void flag_status(profiles::RunStatus status, reports::IndexEntry& entry) {
  entry.status = word(status);
  if (status != profiles::RunStatus::complete) entry.flags.push_back(entry.status);
}

reports::IndexEntry entry_of(const Found& found) {
  reports::IndexEntry entry;
  entry.address = found.address;
  entry.folder = found.name.empty() ? "." : found.name;
  try {
    if (found.sweep) {
      const auto sweep = profiles::read_sweep(found.folder);
      entry.scenario = sweep.name + " (a sweep)";
      entry.created = sweep.created;
      flag_status(sweep.status, entry);
      for (const auto& variant : sweep.variants) entry.variants.push_back(variant.name);
      for (const auto& mix : reports::make_sweep_report(sweep).mixes)
        entry.winner += (entry.winner.empty() ? "" : " ") + mix.sentence;
      return entry;
    }
    const auto recording = profiles::read_recording(found.folder);
    entry.scenario = recording.workload.scenario;
    entry.created = recording.created;
    flag_status(recording.status, entry);
    for (const auto& variant : recording.variants) entry.variants.push_back(variant.name);
    reports::add_verdict(reports::make_report(recording), entry);
  } catch (const std::exception& error) {
    entry.problem = error.what();
  }
  return entry;
}

HttpAnswer index_of(const std::string& root, const std::vector<Found>& found,
                    const std::string& memo) {
  IndexMemo known(memo);
  const auto until = std::chrono::steady_clock::now() + kIndexTime;
  std::vector<reports::IndexEntry> entries;
  for (const Found& each : found) {
    if (std::chrono::steady_clock::now() < until) {
      const char* file = each.sweep ? "sweep.json" : "recording.json";
      entries.push_back(
          known.entry_of((fs::path(each.folder) / file).string(), [&] { return entry_of(each); }));
      continue;
    }
    reports::IndexEntry& entry = entries.emplace_back();
    entry.address = each.address;
    entry.folder = each.name;
    entry.problem = fmt::format("not read: the others took {} s", kIndexTime.count());
  }
  return {200, reports::html_index(root, entries), known.text()};
}

// `memo`: of the last index.
HttpAnswer page_at(const std::string& root, const std::string& path, const std::string& memo) {
  const auto found = recordings_in(root);
  if (path == "/") return index_of(root, found, memo);
  const auto match = named_by(path, found);
  if (match == found.end())
    return {404, "<p>404: no such page; <a href=\"/\">the index</a> lists them all</p>\n"};
  if (match->sweep)
    return {200,
            reports::sweep_html(reports::make_sweep_report(profiles::read_sweep(match->folder)))};
  const auto recording = profiles::read_recording(match->folder);
  return {200, reports::to_html(reports::make_report(recording),
                                reports::read_pictures(recording, match->folder))};
}

}  // namespace

int serve_command(const Arguments& arguments) {
  const Help help{
      "winnow serve DIR [--port N]",
      "Serves the page of each recording and sweep in the folder DIR and below, as /NAME of\n"
      "its folder, and an index of them with their winners, on 127.0.0.1 and ::1 only. Ctrl-C\n"
      "ends it. Symbolic links are not followed. Requests must name localhost, 127.0.0.1 or\n"
      "[::1], at any port: a tunnel may have another one. A\n"
      "page takes at most 60 s, 4 GB of memory and 64 MB; one that cannot be made says why,\n"
      "and the others go on.\n\n"
      "Examples:\n"
      "  winnow serve out\n"
      "  winnow serve out/batch32 --port 9000\n"};
  std::optional<std::string> folder, chosen_port;
  if (!parse(help, {{"port=N", &chosen_port, "port; 0: any free one (default: 8090)"}}, arguments,
             {{"folder", &folder, ""}}))
    return base::kOk;
  if (!folder)
    throw base::UsageError("serve",
                           "name a folder with recordings, such as out; see winnow serve --help");
  const std::string root = *folder;
  if (!fs::is_directory(existing(root))) throw base::UsageError(root, "not a folder");
  const int port = parse_number("--port", chosen_port, 0, kDefaultPort, kPortLimit);
  std::string memo;
  serve_loopback(
      static_cast<uint16_t>(port),
      [](uint16_t bound) { print(fmt::format("http://127.0.0.1:{}/\n", bound)); },
      [&](const std::string& path) { return page_at(root, path, memo); }, {},
      [&](std::string latest) { memo = std::move(latest); });
  return base::kOk;
}

}  // namespace winnow::cli
