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

# log RESULT STDOUT: a line of meson's log
log() { python3 -c 'import json, sys; print(json.dumps(dict(result=sys.argv[1], stdout=sys.argv[2])))' "$@"; }
{ log OK 'All tests passed (9 assertions in 4 test cases)'; log SKIP ''; } > "$folder/ok"
expect 0 "passing cases are counted" .ci/count_tests "$folder/ok"
[ "$(tail -n 1 "$folder/out")" = "4 passed, 0 failed" ] || { echo "FAILED: count"; failed=1; }
log FAIL 'test cases: 5 | 3 passed | 2 failed' > "$folder/two"
expect 1 "failing cases fail" .ci/count_tests "$folder/ok" "$folder/two"
[ "$(tail -n 1 "$folder/out")" = "7 passed, 2 failed" ] || { echo "FAILED: sum"; failed=1; }
log TIMEOUT 'All tests' > "$folder/late"
expect 1 "a program that ended badly counts as a failure" .ci/count_tests "$folder/late"
log FAIL 'All tests passed (9 assertions in 4 test cases)' > "$folder/crash"
expect 1 "a crash after the summary counts as a failure" .ci/count_tests "$folder/crash"
: > "$folder/empty"
expect 1 "no test at all is a failure" .ci/count_tests "$folder/empty"
exit "$failed"
