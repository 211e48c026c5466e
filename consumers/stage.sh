# Sourced by the scripts beside it: here = this folder, root = the checkout.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$here")
repository=$here/target/repository
version=$(sed -n 's:^  <version>\(.*\)</version>$:\1:p' "$root/pom.xml" | head -n 1)
# Idle OpenMP threads would take the cores from those that work.
export OMP_WAIT_POLICY=PASSIVE
# Maven itself makes Java 24 warn.
export MAVEN_OPTS="${MAVEN_OPTS:-} -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
quiet="-q -B -Dstyle.color=never"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

absolute() {
  case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$PWD/$1" ;;
  esac
}

# stage [MORE MODULES...]: a folder as the release leaves it at Central; what stands in a local repository already is not touched.
stage() {
  modules=:geofix,:geo-bom,:geo-core,:geo-models
  for module in "$@"; do
    modules=$modules,$module
  done
  rm -rf "$repository"
  # shellcheck disable=SC2086
  (cd "$root" && mvn $quiet -DskipTests -Dspotless.check.skip -Djacoco.skip -Dmdep.analyze.skip \
    -Dmaven.install.skip "-DaltDeploymentRepository=geofix-staged::file://$repository" \
    -Pspark -pl "$modules" clean deploy) || fail "GeoFix does not build"
  for jar in $(find "$repository" -name '*.jar'); do
    entries=$("${JAVA_HOME:+$JAVA_HOME/bin/}jar" tf "$jar")
    for file in META-INF/LICENSE META-INF/NOTICE; do
      printf '%s\n' "$entries" | grep -qx "$file" || fail "$jar lacks $file"
    done
  done
}

# timed COMMAND...: runs it and sets seconds and megabytes (the peak of its resident memory, - where GNU time is missing).
timed() {
  if /usr/bin/time -f %e true 2>/dev/null; then
    /usr/bin/time -o "$here/target/time" -f '%e %M' "$@" || return 1
    seconds=$(tail -n 1 "$here/target/time" | cut -d ' ' -f 1)
    megabytes=$(($(tail -n 1 "$here/target/time" | cut -d ' ' -f 2) / 1024))
  else
    began=$(date +%s)
    "$@" || return 1
    seconds=$(($(date +%s) - began))
    megabytes=-
  fi
}
