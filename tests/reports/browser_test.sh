#!/usr/bin/env bash
# browser_test.sh CHROMIUM WRITE_PAGE: opens the page of a sample recording in a browser without a
# screen; the page tries its own controls and tells the result. Then the same with planted faults,
# each of which must be seen.
set -euo pipefail
chromium=$1
write_page=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# open FILE WIDTH: writes what the page became to FILE.dom and what the browser said to FILE.log.
open() {
  timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir="$folder/profile" --host-resolver-rules="MAP * ~NOTFOUND" \
    --window-size="$2,900" --enable-logging=stderr --virtual-time-budget=10000 \
    --dump-dom "file://$1#selftest" >"$1.dom" 2>"$1.log" || true
}

# Why the page that was opened is not good; nothing when it is.
faults() {
  grep -o 'CONSOLE.*' "$1.log" || true
  grep -oE '<pre id="selftest">selftest failed.*' "$1.dom" || true
  grep -q '<pre id="selftest">selftest: .*expectations hold' "$1.dom" || echo "no result"
}

page=$folder/page.html
"$write_page" "$page"
for width in 1280 390; do
  open "$page" "$width"
  result=$(faults "$page")
  if [ -n "$result" ]; then
    echo "at $width pixels: $result"
    tail -5 "$page.log"
    exit 1
  fi
  grep -o 'selftest: .*expectations hold' "$page.dom" | tail -1
done

# plant NAME SED_EXPRESSION: the page with this fault must not pass.
plant() {
  local broken=$folder/$1.html
  sed -e "$2" "$page" >"$broken"
  if cmp -s "$page" "$broken"; then
    echo "the fault $1 was not planted"
    exit 1
  fi
  open "$broken" 1280
  if [ -z "$(faults "$broken")" ]; then
    echo "the fault $1 was not seen"
    exit 1
  fi
}
plant request 's|</main>|<img src="http://example.invalid/a.png"/></main>|'
plant script 's|^const checks = \[\];|const checks = []; nothing.here();|'
plant order 's|return sign \* (x - y);|return sign * (y - x);|'
plant zoom "s|frame.element.setAttribute('width'|frame.element.setAttribute('data-width'|"
plant lanes "s|lane.setAttribute('viewBox'|lane.setAttribute('data-box'|"
plant width 's|</main>|<div style="width:3000px">wide</div></main>|'
echo "6 planted faults were seen"
