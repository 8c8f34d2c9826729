#!/usr/bin/env bash
# browser_test.sh WRITE_PAGE: opens the pages of a sample recording and of a sample sweep in a browser
# without a screen, wide and narrow; each tries its own controls and tells the result. Then the same
# with planted faults, each of which must be seen.
set -euo pipefail
write_page=$1
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "skipped: needs chromium"
  exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# open NAME PAGE:WIDTH...: what each page told, as a line "page width: result" of NAME.told, and what
# the browser said in NAME.log. Each stands in a frame of its width: a browser's window has a least
# width of its own.
open() {
  local all=$folder/$1.all.html each
  {
    echo '<!doctype html>'
    for each in "${@:2}"; do
      echo "<iframe src=\"$(basename "${each%:*}")#selftest\" title=\"${each##*:}\"" \
        "style=\"width:${each##*:}px;height:844px;border:0\"></iframe>"
    done
    cat <<'EOF'
<pre id="told"></pre>
<script>
onload = () => {
  for (const frame of document.querySelectorAll("iframe")) {
    const result = frame.contentDocument.getElementById("selftest");
    const page = frame.getAttribute("src").split(".")[0];
    document.getElementById("told").append(
      `told ${page} ${frame.title}: ` + (result ? result.textContent : "no result") + "\n");
  }
};
</script>
EOF
  } >"$all"
  timeout 200 "$chromium" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir="$folder/profile" --host-resolver-rules="MAP * ~NOTFOUND" \
    --allow-file-access-from-files --window-size=1300,900 --enable-logging=stderr \
    --virtual-time-budget=10000 --dump-dom "file://$all" 2>"$folder/$1.log" |
    grep -o 'told [a-z]* [0-9]*: .*' >"$folder/$1.told" || true
}

# works NAME PAGE WIDTH: the page tried its controls at that width, and all did what they should.
works() {
  grep -q "^told $2 $3: selftest: $3 pixels: .*expectations hold" "$folder/$1.told"
}

page=$folder/page.html
sweep=$folder/sweep.html
"$write_page" "$page" "$sweep"
open whole "$page:1280" "$page:390" "$sweep:1280" "$sweep:390"
for each in page sweep; do
  for width in 1280 390; do
    works whole "$each" "$width" && continue
    echo "$each.html at $width pixels:"
    cat "$folder/whole.told"
    tail -5 "$folder/whole.log"
    exit 1
  done
done
if grep -o 'CONSOLE.*' "$folder/whole.log"; then exit 1; fi
cat "$folder/whole.told"

# plant NAME SED_EXPRESSION [PAGE [WIDTH]]: a page with this fault, which must not pass.
broken=()
plant() {
  local file=$folder/$1.html whole=${3:-$page}
  sed -e "$2" "$whole" >"$file"
  if cmp -s "$whole" "$file"; then
    echo "the fault $1 was not planted"
    exit 1
  fi
  broken+=("$file:${4:-1280}")
}
plant request 's|</main>|<img src="http://example.invalid/a.png"/></main>|'
plant script 's|^const checks = \[\];|const checks = []; nothing.here();|'
plant order 's|return sign \* (x - y);|return sign * (y - x);|'
plant zoom "s|frame.element.setAttribute('width'|frame.element.setAttribute('data-width'|"
plant switch 's|^\.switched > input:not(:checked) ~ figure:last-child, ||'
plant names "s|input.addEventListener('change', () => this.label());|;|"
plant lanes "s|lane.setAttribute('viewBox'|lane.setAttribute('data-box'|"
plant width 's|</main>|<div style="width:3000px">wide</div></main>|'
plant plot 's| src="data:image/svg+xml,%3Csvg| src="data:image/svg+xml,%3Csv|' "$sweep"
plant cells 's|minmax(0, 6fr) minmax(0, 6fr) minmax(0, 7fr)|200px 200px 200px|' "$page" 390
plant folding 's|    openAll(false);||' "$page" 390
plant shares 's|  \.timeline \.short { display: inline; }||' "$page" 390
plant link 's|  if (link) openAround(|  if (link) (|'
open broken "$page:1280" "${broken[@]}"
works broken page 1280 || {
  echo "a whole page does not pass among those with faults"
  exit 1
}
for each in "${broken[@]}"; do
  name=$(basename "${each%.html:*}")
  if ! grep -q "^told $name " "$folder/broken.told"; then
    echo "the page with the fault $name was not opened"
    exit 1
  fi
  if works broken "$name" "${each##*:}" && ! grep -q "CONSOLE.*/$name\.html" "$folder/broken.log"; then
    echo "the fault $name was not seen"
    exit 1
  fi
done
echo "${#broken[@]} planted faults were seen"
