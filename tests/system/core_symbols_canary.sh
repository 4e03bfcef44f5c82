#!/usr/bin/env bash
# Proves that core_symbols.sh can fail: a library that reaches outside must be refused, each reach by name.
#
#   core_symbols_canary.sh IMPURE_LIBRARY ALLOWLIST
set -euo pipefail
here=$(dirname "$0")
if output=$(bash "$here/core_symbols.sh" "$1" "$2"); then
  echo "the symbol check accepted a library that uses clock, random, thread and file"
  exit 1
fi
for symbol in system_clock::now time random_device thread fopen; do
  grep -q "$symbol" <<<"$output" || { echo "not named: $symbol"; echo "$output"; exit 1; }
done
echo "core symbols canary: refused, every reach named"
