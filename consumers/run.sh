#!/bin/sh
# Packages and runs every consumer project: consumers/run.sh MODEL PHOTO...
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
if [ $# -lt 2 ]; then
  echo "usage: consumers/run.sh MODEL PHOTO..." >&2
  exit 2
fi
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
export OMP_WAIT_POLICY=PASSIVE
mkdir -p "$here/target"

absolute() {
  for path in "$@"; do
    case $path in
      /*) printf '%s\n' "$path" ;;
      *) printf '%s\n' "$PWD/$path" ;;
    esac
  done
}
# Photos with spaces in their names would need another shell.
inputs=$(absolute "$@")
photos=$(($# - 1))

(cd "$here/.." && mvn -q -DskipTests -Dspotless.check.skip -Djacoco.skip -Dmaven.javadoc.skip -pl :geofix,:geo-bom,:geo-core,:geo-models install)

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

for project in spring-boot shaded shaded-unmerged module-path; do
  (cd "$here/$project" && mvn -q package) || fail "$project does not package"
done

# check PROJECT COMMAND...: runs it and counts the photos it located.
check() {
  project=$1
  expected=$2
  shift 2
  # shellcheck disable=SC2086
  "$@" $inputs >"$here/target/$project.out" 2>"$here/target/$project.err" || {
    cat "$here/target/$project.err" >&2
    fail "$project"
  }
  found=$(grep -c '^located ' "$here/target/$project.out" || true)
  [ "$found" = "$expected" ] || fail "$project located $found of $expected photos"
  echo "$project: $found photos located"
}

check spring-boot $((2 * photos)) "$java" -jar "$here/spring-boot/target/app.jar"
check shaded $((2 * photos)) "$java" -jar "$here/shaded/target/app.jar"

check shaded-unmerged $((2 * photos)) "$java" -jar "$here/shaded-unmerged/target/app.jar"

# The jar of the native library has a name that no module can have: it stays on the class path.
lib=$here/module-path/target/lib
mkdir -p "$here/module-path/target/native"
mv "$lib"/pytorch-native-cpu-*.jar "$here/module-path/target/native/" 2>/dev/null || true
check module-path $photos "$java" -cp "$here/module-path/target/native/*" \
  --module-path "$here/module-path/target/app.jar:$lib" \
  --add-modules com.google.gson,com.google.common,org.slf4j -m consumer/consumer.App

echo "all consumers passed"
