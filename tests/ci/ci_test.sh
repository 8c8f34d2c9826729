#!/usr/bin/env bash
# The scripts that CI's verdict hangs on: each passes what is good and fails what is not.
set -uo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# expect STATUS WHAT COMMAND...
expect() {
  local status=$1 what=$2
  shift 2
  "$@" > "$folder/out" 2>&1
  [ $? -eq "$status" ] && return
  echo "FAILED: $what"
  cat "$folder/out"
  failed=1
}

good=tests/reports/data/spawn_and_pool.md
expect 0 "a whole report has every table" .ci/report_tables "$good"
grep -v '^## Scheduler Metrics\|^### Scheduler Metrics' "$good" > "$folder/no_heading"
expect 1 "a table without its heading is missed" .ci/report_tables "$folder/no_heading"
awk '/^#/ { skip = /Memory Allocation/ } !(skip && /^\|/)' "$good" > "$folder/no_rows"
expect 1 "a heading without its table is missed" .ci/report_tables "$folder/no_rows"
grep -v '^## Winner' "$good" > "$folder/no_winner"
expect 1 "a report without a winner is missed" .ci/report_tables "$folder/no_winner"

# log RESULT STDOUT: a line of meson's log, of a test named "it"
log() {
  python3 -c 'import json, sys
print(json.dumps(dict(name="it", result=sys.argv[1], stdout=sys.argv[2])))' "$@"
}
# said WHAT LINE [FROM_THE_END]: the last command's last line, or one before it, is this.
said() {
  [ "$(tail -n "${3:-1}" "$folder/out" | head -n 1)" = "$2" ] && return
  echo "FAILED: $1"
  cat "$folder/out"
  failed=1
}
# A build that is told of while it goes on; this one ends well only if it is.
mkdir "$folder/bin"
cat > "$folder/bin/ninja" <<'NINJA'
#!/bin/sh
echo "ninja: Entering directory"
echo "building 1 of 3: something"
for tenth in $(seq 300); do
  grep -q 'building 1 of 3$' "$TOLD" && break
  sleep 0.1
done
grep -q 'building 1 of 3$' "$TOLD" || exit 1
echo "building 2 of 3: something"
echo "a compiler's words"
exit 3
NINJA
chmod +x "$folder/bin/ninja"
expect 3 "a build is told of before it ends, and its status counts" env TOLD="$folder/out" \
  PATH="$folder/bin:$PATH" bash -c 'set -euo pipefail; source .ci/setup; build_in build all'
said "the compiler's words" "a compiler's words"

log OK 'All tests passed (9 assertions in 4 test cases)' > "$folder/ok"
expect 0 "passing cases are counted" .ci/count_tests "$folder/ok"
said "the count of passing cases" "4 passed, 0 failed, 0 skipped"
log FAIL 'test cases: 5 | 3 passed | 2 failed' > "$folder/two"
expect 1 "failing cases fail" .ci/count_tests "$folder/ok" "$folder/two"
said "the sum over logs" "7 passed, 2 failed, 0 skipped"
log FAIL 'test cases: 2 | 2 failed' > "$folder/none"
expect 1 "a program of which no case passed fails" .ci/count_tests "$folder/ok" "$folder/none"
said "the sum with a program of which no case passed" "4 passed, 2 failed, 0 skipped"
log FAIL 'it_test.cpp:7: FAILED:
  CHECK( blocks == 3 )
test cases: 2 | 1 passed | 1 failed' > "$folder/told"
expect 1 "a failed assertion fails" .ci/count_tests "$folder/told"
said "the failed test is named" "FAILED: $folder/told: it: FAIL after 0.0 s" 5
said "the failed assertion is told" "      CHECK( blocks == 3 )" 3
log TIMEOUT 'All tests' > "$folder/late"
expect 1 "a program that ended badly counts as a failure" .ci/count_tests "$folder/late"
log FAIL 'All tests passed (9 assertions in 4 test cases)' > "$folder/crash"
expect 1 "a crash after the summary counts as a failure" .ci/count_tests "$folder/crash"
said "the count of a crash" "0 passed, 1 failed, 0 skipped"
expect 1 "a stage that failed fails" .ci/count_tests --failed "style: a file" "$folder/ok"
said "the count with a stage that failed" "4 passed, 1 failed, 0 skipped"
said "the stage that failed is named" "FAILED: style: a file" 2
expect 1 "tests that were not built fail" .ci/count_tests "$folder/ok" "$folder/absent"
said "the count with tests that were not built" "4 passed, 1 failed, 0 skipped"
said "which were not built" \
  "FAILED: $folder/absent: is not there: a build failed, and no test ran" 2
: > "$folder/empty"
expect 1 "no test at all is a failure" .ci/count_tests "$folder/empty"

{ log SKIP 'skipped: needs chromium'; log SKIP 'skipped: needs chromium'; } > "$folder/skipped"
expect 0 "a skip for a missing package is no failure" .ci/count_tests "$folder/ok" "$folder/skipped"
said "skips are counted" "4 passed, 0 failed, 2 skipped"
said "a skip names its test and package" "skipped: it: needs chromium (2 times)" 2
expect 1 "a missing package fails where all must run" \
  .ci/count_tests --none-skipped "$folder/ok" "$folder/skipped"
expect 1 "nothing but skips is a failure" .ci/count_tests "$folder/skipped"
{ log OK 'skipped: no avx512_vnni
All tests passed (9 assertions in 4 test cases)'; } > "$folder/part"
expect 0 "what the machine has not got fails nowhere" .ci/count_tests --none-skipped "$folder/part"
said "a passing program's skips are counted" "4 passed, 0 failed, 1 skipped"
said "a passing program's skips are told" "skipped: it: no avx512_vnni" 2
{ log OK 'it_test.cpp:7: SKIPPED:
explicitly with message:
  hyperthreading unavailable
===
test cases: 3 | 2 passed | 1 skipped'; } > "$folder/inside"
expect 0 "a case that skipped itself is no failure" .ci/count_tests "$folder/inside"
said "a case that skipped itself is counted" "2 passed, 0 failed, 1 skipped"
said "a case that skipped itself says why" "skipped: it: hyperthreading unavailable" 2
log SKIP 'chromium: not found' > "$folder/silent"
expect 1 "a skip without a reason is a failure" .ci/count_tests "$folder/ok" "$folder/silent"
said "the count of a skip without a reason" "4 passed, 1 failed, 0 skipped"
expect 0 "what a script left out is counted" \
  .ci/count_tests --skipped "aarch64: needs qemu-user" "$folder/ok"
said "the count of what a script left out" "4 passed, 0 failed, 1 skipped"
expect 1 "what a script left out fails where all must run" \
  .ci/count_tests --none-skipped --skipped "aarch64: needs qemu-user" "$folder/ok"

# The workflow of docs/ci.md: its gate fails on every status but 0, and on 5 makes a neutral check.
awk '/- name: Gate$/ { step = 1 } /^      - uses/ { run = 0 } run { sub(/^          /, ""); print }
     step && /run: [|]$/ { run = 1; step = 0 }' docs/ci.md > "$folder/step"
mkdir -p "$folder/job/build/cli" "$folder/job/gate"
printf '#!/bin/sh\nexit "$GATE_STATUS"\n' > "$folder/job/build/cli/winnow"
printf '#!/bin/sh\necho "$@" >> "$GH_LOG"\nexit "$GH_STATUS"\n' > "$folder/bin/gh"
chmod +x "$folder/job/build/cli/winnow" "$folder/bin/gh"
# step STATUS GH_STATUS EXPECTED
step() {
  : > "$folder/gh_log"
  expect "$3" "the workflow's step after a gate's status $1" env GATE_STATUS="$1" GH_STATUS="$2" \
    GH_LOG="$folder/gh_log" GITHUB_REPOSITORY=o/r HEAD_SHA=5d1c PATH="$folder/bin:$PATH" \
    bash -e -c 'cd "$1" && source "$2"' - "$folder/job" "$folder/step"
  local checks
  checks=$(grep -c 'check-runs .*conclusion=neutral' "$folder/gh_log")
  [ "$checks" -eq "$([ "$1" -eq 5 ] && echo 1 || echo 0)" ] && return
  echo "FAILED: $checks neutral checks after status $1"
  failed=1
}
for status in 0 1 2 3 4; do step "$status" 0 "$status"; done
step 5 0 0
step 5 1 0  # one that may not write checks
exit "$failed"
