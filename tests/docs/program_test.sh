#!/usr/bin/env bash
# program_test.sh ENGINE WINNOW SCENARIO: does the program of the page's strategy run a scenario and
# do its work? Ends with the line that counts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$2" model synth --shape tiny --out "$folder/tiny.gguf" 2>/dev/null
"$1" --scenario "$3" --model "$folder/tiny.gguf" --iterations 2 --batch 5 --threads 4 > "$folder/result.json"
passed=0 failed=0
expect() {
  if grep -q "$1" "$folder/result.json"; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "not in the result: $1"; fi
}
expect '"variant": "halves"'
expect '"texts": 10'
expect '"threads": 2'
expect '"threads_asked": 4'
expect '"name": "threads a batch"'
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
