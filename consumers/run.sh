#!/bin/sh
# Packages and runs every consumer project: consumers/run.sh [--jdk HOME]... [MODEL PHOTO...]
# shellcheck source=consumers/stage.sh
. "$(dirname -- "$0")/stage.sh"
jdks=
while [ "${1:-}" = --jdk ] && [ $# -gt 1 ]; do
  jdks="$jdks$(absolute "$2")
"
  shift 2
done
if [ -z "$jdks" ]; then
  jdks=${JAVA_HOME:-$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v java)")")")}
fi
if [ $# = 0 ]; then
  resources=$root/geo-models/src/test/resources
  set -- "$resources/folders/token" "$resources/photos/baseline.jpg" "$resources/photos/cmyk.jpg" "$resources/photos/lossy.webp"
fi
case ${1:-} in
  -*) set -- ;;
esac
if [ $# -lt 2 ]; then
  echo "usage: consumers/run.sh [--jdk HOME]... [MODEL PHOTO...]" >&2
  exit 2
fi
# Every argument in turn moves to the end as an absolute path.
for path in "$@"; do
  set -- "$@" "$(absolute "$path")"
  shift
done
photos=$(($# - 1))
table=$here/target/table

# check PROJECT EXPECTED COMMAND...: runs it and counts the photos it located.
check() {
  project=$1
  expected=$2
  shift 2
  timed "$@" >"$here/target/$project.out" 2>"$here/target/$project.err" || {
    cat "$here/target/$project.err" >&2
    fail "$project on JDK $release"
  }
  found=$(grep -c '^located ' "$here/target/$project.out" || true)
  [ "$found" = "$expected" ] || fail "$project located $found of $expected photos on JDK $release"
  printf '| %-15s | %-9s | %6s | %7s | %7s |\n' "$project" "$release" "$found" "$seconds" "$megabytes" >>"$table"
}

stage
{
  echo '| project         | JDK       | photos | seconds | peak MB |'
  echo '|-----------------|-----------|-------:|--------:|--------:|'
} >"$table"

IFS='
'
for JAVA_HOME in $jdks; do
  unset IFS
  export JAVA_HOME
  java=$JAVA_HOME/bin/java
  release=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$JAVA_HOME/release")
  for project in class-path spring-boot shaded shaded-unmerged module-path; do
    (cd "$here/$project" && mvn $quiet -U "-Dgeofix.version=$version" clean package) || fail "$project does not package on JDK $release"
  done
  # An older build in the local repository would be found, too.
  cmp "$here/class-path/target/lib/geo-core-$version.jar" "$(find "$repository" -name 'geo-core-*.jar' ! -name '*-sources.jar' ! -name '*-javadoc.jar')" ||
    fail "the projects were not built against the staged repository"

  check class-path $((2 * photos)) "$java" -cp "$here/class-path/target/app.jar:$here/class-path/target/lib/*" consumer.App "$@"
  check spring-boot $((2 * photos)) "$java" -jar "$here/spring-boot/target/app.jar" "$@"
  check shaded $((2 * photos)) "$java" -jar "$here/shaded/target/app.jar" "$@"
  check shaded-unmerged $((2 * photos)) "$java" -jar "$here/shaded-unmerged/target/app.jar" "$@"

  # The jar of the native library has a name that no module can have: it stays on the class path.
  lib=$here/module-path/target/lib
  mkdir -p "$here/module-path/target/native"
  mv "$lib"/pytorch-native-cpu-*.jar "$here/module-path/target/native/"
  check module-path "$photos" "$java" -cp "$here/module-path/target/native/*" \
    --module-path "$here/module-path/target/app.jar:$lib" \
    --add-modules com.google.gson,com.google.common,org.slf4j -m consumer/consumer.App "$@"
done

cat "$table"
echo "all consumers passed"
