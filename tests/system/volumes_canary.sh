#!/usr/bin/env bash
# Proves that tools/volumes can fail: a count that is missing, too low, or not zero, and a table that is empty.
#
#   volumes_canary.sh VOLUMES
set -euo pipefail
volumes=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export PEGEL_VOLUMES=$dir/table

# row COUNTS SMALL FULL GOAL
row() { printf 'D0\tsome_test\twhat it is\t%s\t%s\t%s\t%s\n' "$@" >"$dir/table"; }
# expect OK|FAILED TEXT [--full]: what the table says of the counts in $dir/counts.
expect() {
  local status=OK output
  output=$("$volumes" "$dir/counts" ${3:-}) || status=FAILED
  [ "$status" = "$1" ] && grep -qF -- "$2" <<<"$output" && return
  echo "expected $1 with '$2', found $status:"
  echo "$output"
  exit 1
}

printf 'dev  one line: lives=7 lost now=0\ndev  other line: lives=3\nasan  one line: calls=9\n' >"$dir/counts"
row 'one line:lives' 7 7 7 && expect OK '|         7 |         7 |'
row 'one line:lives + other line:lives' 10 10 - && expect OK '|        10 |'
row 'one line:lives' 8 7 - && expect FAILED 'FAILED (some_test)'
row 'one line:lives' 1 8 - && expect FAILED 'FAILED (some_test)' --full
row 'one line:lives' 1 7 9 && expect OK 'short of the goal: 9' --full
row 'one line:lost now' =0 =0 - && expect OK '=0'
row 'one line:lives' =0 =0 - && expect FAILED 'FAILED'
row 'one line:calls' 1 1 - && expect FAILED 'not counted'  # Another build's do not count.
row 'one line:lives + third line:lives' 1 1 - && expect FAILED 'not counted'
row 'third line:lives' '~1' '~1' - && expect OK 'skipped'
row 'one line:lives' '~8' '~8' - && expect FAILED 'FAILED'
printf 'D0\tsome_test\n' >"$dir/table" && expect FAILED 'columns'
printf '# nothing\n' >"$dir/table" && expect FAILED 'empty'
: >"$dir/counts"
row 'one line:lives' 1 1 - && expect FAILED 'not counted'
echo "volumes canary: what falls short is refused"
