#!/usr/bin/env bash
# plant.sh SOURCE PATCH OUT: a copy of a source with a bug in it.
#
# The bugs are patches, so that the product has no switch for them. When a patch does not fit any more the
# copy has no bug, the build goes on, and planted_test says so: then write the bug into the source as it is
# now, and keep the difference.
set -euo pipefail
source=$1 patch=$2 out=$3
mkdir -p "$(dirname "$out")"
patch --quiet --force --fuzz=1 --reject-file=- -o "$out" "$source" "$patch" >/dev/null 2>&1 || cp "$source" "$out"
