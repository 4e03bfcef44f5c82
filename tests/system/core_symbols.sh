#!/usr/bin/env bash
# Lists what a static library needs from outside itself and compares it with the allowlist: the core may not
# reach a clock, randomness, a thread, a file or a socket, not even through a header that looks innocent.
#
#   core_symbols.sh LIBRARY ALLOWLIST     ends 1 and names each symbol that is not allowed
set -euo pipefail
library=$1 allowlist=$2

# Undefined in one object and defined in another of the same library is not from outside.
undefined=$(nm -u -C "$library" 2>/dev/null | sed -n 's/^ *[Uwv] //p' | sort -u)
defined=$(nm --defined-only -C "$library" 2>/dev/null | sed -n 's/^[0-9a-f]* [A-Za-z] //p' | sort -u)
outside=$(comm -23 <(echo "$undefined") <(echo "$defined"))
[ -n "$outside" ] || { echo "no symbols found in $library"; exit 1; }

patterns=$(grep -v -e '^#' -e '^$' "$allowlist")
offenders=$(echo "$outside" | grep -v -x -E -f <(echo "$patterns") || true)
if [ -n "$offenders" ]; then
  echo "$library reaches outside the core's world:"
  echo "$offenders" | sed 's/^/  /'
  echo "If one of these is pure, add it to $allowlist with its reason."
  exit 1
fi
echo "core symbols: $(echo "$outside" | wc -l) from outside, all on the list"
