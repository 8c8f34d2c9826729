#!/usr/bin/env bash
# browser_test.sh WRITE_PAGE: opens the page of a sample recording in a browser without a
# screen; the page tries its own controls and tells the result. Then the same with planted faults,
# each of which must be seen.
set -euo pipefail
write_page=$1
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "skipped: needs chromium"
  exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# open FILE WIDTH: writes what the page told to FILE.dom and what the browser said to FILE.log. The page
# stands in a frame of that width: a browser's window has a least width of its own.
open() {
  cat >"$1.frame.html" <<EOF
<!doctype html>
<iframe id="page" src="file://$1#selftest" style="width:$2px;height:844px;border:0"></iframe>
<script>
onload = () => document.body.append(
  document.importNode(page.contentDocument.getElementById("selftest"), true));
</script>
EOF
  timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir="$folder/profile" --host-resolver-rules="MAP * ~NOTFOUND" \
    --allow-file-access-from-files --window-size=1300,900 --enable-logging=stderr \
    --virtual-time-budget=10000 --dump-dom "file://$1.frame.html" >"$1.dom" 2>"$1.log" || true
}

# Why the page that was opened is not good; nothing when it is.
faults() {
  grep -o 'CONSOLE.*' "$1.log" || true
  grep -oE '<pre id="selftest">selftest failed.*' "$1.dom" || true
  grep -q '<pre id="selftest">selftest: .*expectations hold' "$1.dom" || echo "no result"
}

page=$folder/page.html
sweep=$folder/sweep.html
"$write_page" "$page" "$sweep"
for file in "$page" "$sweep"; do
  for width in 1280 390; do
    open "$file" "$width"
    result=$(faults "$file")
    if [ -n "$result" ]; then
      echo "$(basename "$file") at $width pixels: $result"
      tail -5 "$file.log"
      exit 1
    fi
    grep -q "selftest: $width pixels: " "$file.dom" || {
      echo "$(basename "$file"): the page was not $width pixels wide"
      exit 1
    }
    grep -o 'selftest: .*expectations hold' "$file.dom" | tail -1
  done
done

# plant NAME SED_EXPRESSION [PAGE [WIDTH]]: the page with this fault must not pass.
plant() {
  local broken=$folder/$1.html whole=${3:-$page}
  sed -e "$2" "$whole" >"$broken"
  if cmp -s "$whole" "$broken"; then
    echo "the fault $1 was not planted"
    exit 1
  fi
  open "$broken" "${4:-1280}"
  if [ -z "$(faults "$broken")" ]; then
    echo "the fault $1 was not seen"
    exit 1
  fi
}
plant request 's|</main>|<img src="http://example.invalid/a.png"/></main>|'
plant script 's|^const checks = \[\];|const checks = []; nothing.here();|'
plant order 's|return sign \* (x - y);|return sign * (y - x);|'
plant zoom "s|frame.element.setAttribute('width'|frame.element.setAttribute('data-width'|"
plant switch 's|^\.switched > input:not(:checked) ~ figure:last-child, ||'
plant names "s|input.addEventListener('change', () => this.label());||"
plant lanes "s|lane.setAttribute('viewBox'|lane.setAttribute('data-box'|"
plant width 's|</main>|<div style="width:3000px">wide</div></main>|'
plant plot 's| src="data:image/svg+xml,%3Csvg| src="data:image/svg+xml,%3Csv|' "$sweep"
plant cells 's|minmax(0, 6fr) minmax(0, 6fr) minmax(0, 7fr)|200px 200px 200px|' "$page" 390
plant folding 's|    openAll(false);||' "$page" 390
plant link 's|  if (link) openAround(|  if (link) (|'
echo "12 planted faults were seen"
