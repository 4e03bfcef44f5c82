#!/usr/bin/env bash
# Executes the tour of a README word for word: every `$ command` of its console blocks is run, and what it
# prints must be what the README shows. `…` in the README stands for any text, a line of only `…` for any lines.
#
#   tour.sh README.md     needs PEGEL_BIN; uses a scratch data directory and a free port
set -euo pipefail
readme=$1
scratch=$(mktemp -d)
export PEGEL_DATA=$scratch/data PEGEL_BIN
port=$((20000 + RANDOM % 20000))
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
export PEGEL_SERVER=127.0.0.1:$port
stop() {
  for pid in "$PEGEL_DATA.pid" "$PEGEL_DATA.fleet.pid"; do
    [ ! -f "$pid" ] || kill -9 "$(cat "$pid")" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap stop EXIT

# A glob that matches exactly `$1`, with `…` as any text.
glob_of() { sed -e 's/[][*?\\]/\\&/g' -e 's/…/*/g' <<<"$1"; }

commands=0
check() {
  local command=$1 expected=$2 output
  [ -n "$command" ] || return 0
  echo "\$ $command"
  eval "$command" >"$scratch/output" 2>&1 || { cat "$scratch/output"; echo "FAILED: exit $?"; exit 1; }
  output=$(cat "$scratch/output")
  [ -z "$output" ] || echo "$output"
  commands=$((commands + 1))
  # shellcheck disable=SC2053
  [[ $output == $(glob_of "$expected") ]] && return 0
  printf 'FAILED: the README shows\n%s\n' "$expected"
  exit 1
}

command="" expected="" is_tour="" is_block="" is_first=""
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    "## "*) is_tour=$([[ $line == *[Tt]our* ]] && echo 1 || true) ;;
    '```console') is_block=$is_tour ;;
    '```')
      [ -z "$is_block" ] || check "$command" "$expected"
      command="" expected="" is_block=""
      ;;
    '$ '*)
      [ -n "$is_block" ] || continue
      check "$command" "$expected"
      command=${line#'$ '} expected="" is_first=1
      ;;
    '> '*) [ -z "$is_block" ] || command+=$'\n'${line#'> '} ;;
    *)
      [ -n "$is_block" ] || continue
      [ -n "$is_first" ] || expected+=$'\n'
      expected+=$line is_first=""
      ;;
  esac
done <"$readme"
[ "$commands" -gt 0 ] || { echo "FAILED: no tour found in $readme"; exit 1; }
echo "tour: commands=$commands, all as the README shows"
