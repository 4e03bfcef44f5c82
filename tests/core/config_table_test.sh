#!/usr/bin/env bash
# A bad row of options.tsv stops the build: the generator names line and reason and writes nothing.
#
#   config_table_test.sh FOLDER     the folder with options.tsv and options.awk
set -uo pipefail
export LC_ALL=C
folder=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refused=0 failures=0

generate() { awk -v out="$work/out.inc" -f "$folder/options.awk" "$work/table.tsv" 2>"$work/errors"; }

fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

# refuses REASON LINE ROW...: a table of these rows ends with an error at LINE that holds REASON.
refuses() {
  local reason=$1 line=$2
  shift 2
  printf '%b\n' "$@" >"$work/table.tsv"
  rm -f "$work/out.inc"
  generate && fail "accepted: $*"
  grep -qF "table.tsv:$line: " "$work/errors" && grep -qF -- "$reason" "$work/errors" ||
    fail "expected line $line and '$reason' for '$*', found: $(cat "$work/errors")"
  [ -e "$work/out.inc" ] && fail "wrote its output for '$*'"
  refused=$((refused + 1))
}

good='a.b\tint\t1\tno\tno\t-\t-\tHelp'
printf '# head\n%b\n' "$good" >"$work/table.tsv"
generate || fail "refused a good row: $(cat "$work/errors")"
cp "$folder/options.tsv" "$work/table.tsv"
generate || fail "refused our own table: $(cat "$work/errors")"

refuses "found 7 columns, expected 8" 2 '# head' 'a.b\tint\t1\tno\tno\t-\t-'
refuses "found 9 columns, expected 8" 1 "$good\tmore"
refuses "found 0 columns" 2 "$good" ''
refuses "no rows" 1 '# head'
refuses "is not lower-case words" 1 'A.b\tint\t1\tno\tno\t-\t-\tHelp'
refuses "is not lower-case words" 1 'a..b\tint\t1\tno\tno\t-\t-\tHelp'
refuses "must stand before 'a.b'" 2 "$good" 'a.a\tint\t1\tno\tno\t-\t-\tHelp'
refuses "must stand before 'a.b'" 2 "$good" "$good"
refuses "type 'integer' of 'a.b' is unknown" 1 'a.b\tinteger\t1\tno\tno\t-\t-\tHelp'
refuses "dynamic of 'a.b' is 'maybe', expected yes or no" 1 'a.b\tint\t1\tmaybe\tno\t-\t-\tHelp'
refuses "secret of 'a.b' is '', expected yes or no" 1 'a.b\tint\t1\tno\t\t-\t-\tHelp'
refuses "secret must be yes" 1 'a.b\tpassword\t<none>\tno\tno\t-\t-\tHelp'
refuses "needs its enum's name and values" 1 'a.b\tenum\tX\tno\tno\t-\tX\tHelp'
refuses "needs its enum's name and values" 1 'a.b\tlist<enum>\tX\tno\tno\tKind\t-\tHelp'
refuses "'' is no name in enum values 'X,,Y'" 1 'a.b\tenum\tX\tno\tno\tKind\tX,,Y\tHelp'
refuses "is no enum: both must be -" 1 'a.b\tint\t1\tno\tno\tKind\tX\tHelp'
refuses "is blank: write <none> or <empty>" 1 'a.b\tint\t\tno\tno\t-\t-\tHelp'
refuses "default of 'a.b' cannot be empty" 1 'a.b\tint\t<empty>\tno\tno\t-\t-\tHelp'
refuses "has no description" 1 'a.b\tint\t1\tno\tno\t-\t-\t-'

echo "config table: refused=$refused failures=$failures"
[ "$failures" -eq 0 ]
