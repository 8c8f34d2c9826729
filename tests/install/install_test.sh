#!/usr/bin/env bash
# install_test.sh MESON BUILD: what `meson install` makes, moved elsewhere, works there: the program
# with all passes, the manual page, completion, scenarios by their name; and it says what it lacks.
set -uo pipefail
meson=$1
build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# check WHAT COMMAND...: the command succeeds. What it printed is in out for the next.
check() {
  local what=$1 status=0
  shift
  "$@" > "$folder/now" 2>&1 || status=$?
  mv "$folder/now" "$folder/out"
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    return
  fi
  echo "FAILED: $what"
  tail -n 20 "$folder/out"
  failed=$((failed + 1))
}
fails() { ! "$@"; }
says() { grep -q -- "$1" "$2"; }

DESTDIR=$folder/stage "$meson" install -C "$build" --no-rebuild > "$folder/log" 2>&1 || {
  cat "$folder/log"
  exit 1
}
# Where its program went, there is the prefix.
prefix=$(cd "$folder/stage" && find . -path '*/bin/winnow')
mv "$folder/stage/${prefix%/bin/winnow}" "$folder/moved"
prefix=$folder/moved
mkdir -p "$folder/work/models"
cd "$folder/work" || exit 1
export PATH=$prefix/bin:$PATH
unset LD_LIBRARY_PATH  # meson names the build's libraries in it

check "nothing but the program is installed as one" test "$(ls "$prefix/bin")" = winnow
check "no test and no benchmark is installed" \
  test -z "$(find "$prefix" -name '*_test*' -o -name '*bench*' -o -name '*.a')"
check "the C header of regions can be included" sh -c \
  'echo "#include <winnow/region.h>" | cc -x c -fsyntax-only -I "$0/include" -' "$prefix"
check "help" sh -c 'winnow --help > help'
check "the agent's malloc hooks find the agent beside them" sh -c \
  'ldd "$0/lib/winnow/libwinnow-agent-malloc.so" | grep -F "=> $0/lib/winnow/libwinnow-agent.so"' \
  "$prefix"

links_are_there() {
  local doc=$prefix/share/doc/winnow page link lost=0
  for page in "$doc"/README.md "$doc"/docs/*.md; do
    for link in $(grep -o '](\(docs/\)\?[A-Za-z-]*\.\(md\|png\|toml\|json\)[)#]' "$page" | tr -d '](#)'); do
      [ -e "$(dirname "$page")/$link" ] || { echo "$page: $link"; lost=1; }
    done
  done
  return $lost
}
check "pages that the installed ones link to are installed" links_are_there
check "a model" winnow model synth --shape tiny --out models/tiny.gguf
check "the list has the installed scenarios" \
  sh -c 'winnow list | grep -F "$0/share/winnow/scenarios/batch32.toml"' "$prefix"
run=(winnow run --model models/tiny.gguf --batch 4 --threads 2 --iterations 4 --blocks 2
  --no-verdict --variants spawn,pool)
check "a run of an installed scenario by its name" "${run[@]}" batch32 --out out/named
check "its recording is complete" says '"status": *"complete"' out/named/recording.json
check "its programs are the installed ones" \
  says 'libexec/winnow/winnow-engine-pool' out/named/recording.json
check "none is of the build folder" fails says 'scenarios/winnow-engine' out/named/recording.json
for pass in time cpu wall heap sync; do
  check "the pass $pass was measured" says "\"pass\": *\"$pass\"" out/named/recording.json
done
for table in 'Performance Summary' 'Memory Allocation Summary' 'Thread Creations' \
  'Scheduler Metrics' 'Ledger of Core-Seconds'; do
  check "the report has the table $table" says "^##* $table" out/named/report.md
done
check "threads are counted, by the agent" says '^| \*\*Fine-Grained\*\* | [1-9]' out/named/report.md
check "allocations are counted, by the profiler" \
  says '^| \*\*Total Allocation\*\* | [0-9]' out/named/report.md
check "the same by the file's name in the sources" \
  "${run[@]}" scenarios/batch32.toml --passes time --out out/file
sed '0,/^name = .*/s//name = "mine"/' "$prefix/share/winnow/scenarios/batch32.toml" > batch32
check "a file of the working folder comes first" "${run[@]}" batch32 --passes time
check "the working folder's scenario was run" test -f out/mine/recording.json
check "an unknown scenario fails" fails "${run[@]}" nowhere
check "it is told where it was looked for" says "$prefix/share/winnow/scenarios" "$folder/out"

page=$prefix/share/man/man1/winnow.1
check "the page is of the commands' tables" sh -c 'winnow help --man | cmp - "$0"' "$page"
render=
command -v mandoc > /dev/null && render="mandoc -T utf8"
command -v man > /dev/null && render="man --warnings -l"
if [ -n "$render" ]; then
  check "the page is rendered" sh -c \
    "MANWIDTH=100 MANPAGER=cat LC_ALL=C.UTF-8 $render \"\$0\" > page 2> warnings" "$page"
  check "without warnings" test ! -s warnings
  sed -i 's/.\x08//g; s/\x1b\[[0-9;]*m//g; s/\xe2\x88\x92/-/g; s/\xe2\x80\x90/-/g' page
else
  echo "skipped: needs man-db (to render the manual page)"
  sed 's/\\f[BIR]//g; s/\\-/-/g' "$page" > page
fi

# What the completion offers for a command line; its last word is the one at the cursor.
source "$prefix/share/bash-completion/completions/winnow"
offered() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  _winnow
  printf '%s\n' "${COMPREPLY[@]}"
}
offers() { offered "${@:2}" | grep -xF -- "$1" > /dev/null; }

commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' help)
check "the help lists commands" test "$(wc -w <<< "$commands")" -ge 10
for command in $commands 'model synth' 'model info' 'model check'; do
  check "the page has $command" says "winnow $command" page
  [[ $command == model\ * ]] || check "completion offers $command" offers "$command" winnow ''
  # shellcheck disable=SC2086
  options=$(winnow $command --help | grep -oE '^  (-[A-Za-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+')
  check "$command has options" test -n "$options"
  for option in $options; do
    # shellcheck disable=SC2086
    check "completion offers $command $option" offers "$option" winnow $command --
    check "the page has $option" says "$option" page
  done
done
check "completion offers a model's subcommands" offers synth winnow model ''
check "completion goes on with a word" test "$(offered winnow cal)" = calibrate
check "completion offers strategies behind a comma" \
  test "$(offered winnow run --variants pool,packe)" = pool,packed
check "completion offers installed scenarios" offers strategies winnow run str
check "completion offers files" offers models winnow run mod

mv "$prefix/lib/winnow" "$prefix/lib/away"
check "without the agent a run fails" fails "${run[@]}" batch32 --out out/none
check "it is told where the agent was looked for" says "$prefix/lib/winnow" "$folder/out"
mv "$prefix/lib/away" "$prefix/lib/winnow"
mv "$prefix/libexec/winnow/winnow-engine-pool" "$prefix/away"
check "without an engine a run fails" fails "${run[@]}" batch32 --out out/none
check "it is told where the engine was looked for" \
  says "winnow-engine-pool: not found in .*$prefix/libexec/winnow" "$folder/out"
echo "$passed checks passed, $failed failed"
[ "$failed" -eq 0 ]
