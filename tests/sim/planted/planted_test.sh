#!/usr/bin/env bash
# planted_test.sh PATCHES HUNTERS SEEDS: each planted bug is caught by the checker that its patch names (or
# one of them), within SEEDS lives; at another level where it says so ("level: disk", "level: net"), and with the others
# unheard where it says "only: CHECKER". Prints the matrix
# bug × checker × seeds needed. The last hunter has no bug: it must catch nothing, or the checkers cry wolf.
set -euo pipefail
patches=$1 hunters=$2 seeds=$3
first=${PEGEL_SIM_SEED:-1} failed=0 caught=0 seeds_most=0
for patch in "$patches"/*.patch; do
  bug=$(basename "$patch" .patch)
  expected=$(sed -n 's/^checker: //p' "$patch")
  level=$(sed -n 's/^level: /--/p; s/^only: /--only /p' "$patch" | xargs)
  ok=0
  found=$("$hunters/planted_$bug" $level --seed "$first" --hunt "$seeds" 2>&1) || ok=$?
  checker=$(sed -nE 's/^caught: checker=([a-z-]+).*/\1/p' <<<"$found")
  needed=$(sed -nE 's/^caught: .* seeds=([0-9]+) .*/\1/p' <<<"$found")
  echo "planted bug: bug=$bug checker=${checker:-none} seeds=${needed:-none}"
  if [ "$ok" = 1 ] && [ -n "$checker" ] && [[ " $expected " == *" $checker "* ]]; then
    caught=$((caught + 1))
    [ "$needed" -le "$seeds_most" ] || seeds_most=$needed
  else
    failed=1
    echo "FAILED: $bug: expected checker '$expected' within $seeds seeds, exit $ok: $(head -c 600 <<<"$found")"
    cmp -s "$(sed -n 's/^+++ b\///p' "$patch")" "$hunters/$bug.cc" && echo "$patch does not fit its source any more"
    echo "reproduce: $hunters/planted_$bug $level --seed $first --hunt $seeds"
  fi
done
for level in "" --disk --net; do
  "$hunters/planted_nothing" $level --seed "$first" --hunt 50 >/dev/null || { echo "FAILED: a bug where none is"; failed=1; }
done
echo "planted bugs: caught=$caught seeds_most=$seeds_most"
[ "$caught" -ge 38 ] || { echo "FAILED: expected at least 38 bugs"; failed=1; }
exit $failed
