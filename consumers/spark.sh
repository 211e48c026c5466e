#!/bin/sh
# Packages the application of spark/ and submits it: consumers/spark.sh MODEL PHOTOS OUT [MASTER]
# PHOTOS is a list .csv, Parquet .parquet or a folder; MASTER is such as yarn, by default local[2].
# Without SPARK_HOME, a Spark is put together from Maven's jars.
# shellcheck source=consumers/stage.sh
. "$(dirname -- "$0")/stage.sh"
if [ $# -lt 3 ]; then
  echo "usage: consumers/spark.sh MODEL PHOTOS OUT [MASTER]" >&2
  exit 2
fi
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
app=$here/spark

stage :geo-eval :geo-train :geo-spark_2.13
# shellcheck disable=SC2086
mvn $quiet -f "$app/pom.xml" "-Dgeofix.version=$version" package || fail "spark does not package"

# As bin/spark-submit does, which Maven's jars lack.
submit() {
  if [ -n "${SPARK_HOME:-}" ]; then
    "$SPARK_HOME/bin/spark-submit" "$@"
    return
  fi
  # shellcheck disable=SC2086
  mvn $quiet -f "$app/home/pom.xml" dependency:copy-dependencies -DoutputDirectory=target/jars
  SPARK_HOME=$app/home/target
  export SPARK_HOME SPARK_SCALA_VERSION=2.13
  # The launcher writes an empty word, a new line, and the words of the command, a zero after each.
  "$java" -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main org.apache.spark.deploy.SparkSubmit "$@" |
    tail -c +3 | xargs -0 env
}

place() {
  case $1 in
    *:*) printf '%s\n' "$1" ;;
    *) absolute "$1" ;;
  esac
}

libraries=$(find "$app/target/lib" -name '*.jar' | paste -sd, -)
submit --master "${4:-local[2]}" --class consumer.SparkApp --jars "$libraries" "$app/target/app.jar" \
  "$(place "$1")" "$(place "$2")" "$(place "$3")"
