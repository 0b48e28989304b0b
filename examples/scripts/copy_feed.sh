#!/bin/sh
# Copies the source to the destination in the local object store; the result file and the exit code tell what came of it
# (docs/scripts.md), so that nothing but a shell is needed.
set -eu
source="$OBJECT_STORE_ROOT/${1#s3://}"
destination="$OBJECT_STORE_ROOT/${2#s3://}"
if [ ! -f "$source" ]; then
  echo "no $1"
  exit 65 # EX_DATAERR: a repeat would not help
fi
mkdir -p "${destination%/*}"
# Whole or not at all: a script may be run twice.
cp "$source" "$destination.part"
mv "$destination.part" "$destination"
printf '{"destination_s3_path": "%s"}' "$2" >"$FEEDSCRIPT_RESULT_FILE"
