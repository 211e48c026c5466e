#!/bin/sh
# Measures what the first photo costs on a machine with nothing but Java and Maven, as a library and as the archive:
# consumers/first-photo.sh [MODEL PHOTO]
# shellcheck source=consumers/stage.sh
. "$(dirname -- "$0")/stage.sh"
if [ $# = 0 ]; then
  set -- "$root/geo-models/src/test/resources/folders/token" "$root/geo-models/src/test/resources/photos/baseline.jpg"
fi
if [ $# != 2 ]; then
  echo "usage: consumers/first-photo.sh [MODEL PHOTO]" >&2
  exit 2
fi
model=$(absolute "$1")
photo=$(absolute "$2")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
work=$here/target/first-photo
rm -rf "$work"
mkdir -p "$work/library" "$work/archive"
table=$work/table

# size PATH...: prints the length of all files, in MB of a million bytes.
size() {
  find "$@" -type f -exec ls -ln {} + | awk '{ bytes += $5 } END { printf "%.0f", bytes / 1e6 }'
}

# row WHAT PATH COMMAND...: runs it, and adds a row with the size of what it left in the path.
row() {
  what=$1
  left=$2
  shift 2
  timed "$@" >"$work/out" 2>"$work/err" || {
    cat "$work/out" "$work/err" >&2
    fail "$what"
  }
  printf '%s,%s,%s,%s\n' "$what" "$seconds" "$megabytes" "$(size "$left")" >>"$table"
}

[ -d "$repository" ] || stage
echo 'step,seconds,peak_mb,mb_on_disk' >"$table"
cp -R "$here/app" "$work/app"
cp "$here/class-path/pom.xml" "$work/library"
(
  cd "$work/library"
  row "library: package with an empty local repository" "$work/m2" \
    mvn $quiet "-Dmaven.repo.local=$work/m2" "-Dgeofix.repository=$repository" "-Dgeofix.version=$version" package
)
classpath="$work/library/target/app.jar:$work/library/target/lib/*"
printf 'library: its jars,,,%s\n' "$(size "$work/library/target/lib")" >>"$table"
export DJL_CACHE_DIR="$work/library/djl"
row "library: first photo" "$DJL_CACHE_DIR" "$java" -cp "$classpath" consumer.App "$model" "$photo"
row "library: a photo later" "$DJL_CACHE_DIR" "$java" -cp "$classpath" consumer.App "$model" "$photo"
grep -q '^located ' "$work/out" || fail "no photo was located"

archive=$(find "$root/geo-cli/target" -name "geofix-$version-*.tar.gz" 2>/dev/null | head -n 1)
if [ -z "$archive" ]; then
  (cd "$root" && mvn $quiet -Parchive -Dmaven.test.skip -Dspotless.check.skip -Djacoco.skip \
    -pl :geo-cli -am package) || fail "the archive is not built"
  archive=$(find "$root/geo-cli/target" -name "geofix-$version-*.tar.gz" | head -n 1)
fi

row "archive: unpack $(basename "$archive")" "$archive" tar -xzf "$archive" -C "$work/archive"
printf 'archive: unpacked,,,%s\n' "$(size "$work/archive")" >>"$table"
export DJL_CACHE_DIR="$work/archive/djl"
geofix=$(find "$work/archive" -path '*/bin/geofix')
row "archive: first photo" "$DJL_CACHE_DIR" "$geofix" locate --model "$model" "$photo"
row "archive: a photo later" "$DJL_CACHE_DIR" "$geofix" locate --model "$model" "$photo"
grep -q 'score' "$work/out" || fail "no photo was located"
cat "$table"
