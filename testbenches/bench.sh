#!/usr/bin/env bash
# Speed and memory as ratios to a reference measured in the same run, then the time and memory that quantizing
# real networks takes, against its bars; needs `make build`.
#
#   testbenches/bench.sh [bars] [MAVEN OPTION...]
#
#   bars    only the bars (up to a quarter of an hour)
#   -o      where there is no network
#
# LUTMAC_DATA names the directory with models/ and datasets/ (default: ../shared/data beside the
# checkout); without it the embedded example is measured.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
if [ ! -s cli/target/runtime.classpath ]; then
  echo "bench: not built yet: run 'make build'" >&2
  exit 2
fi
parts=()
options=()
for argument in "$@"; do
  case $argument in
    -*) options+=("$argument") ;;
    *) parts+=("$argument") ;;
  esac
done
# Inside one Maven run the modules' own classes come from their target directories.
mvn -B -ntp -q "${options[@]}" -pl testbenches -am process-test-classes dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
source bin/matrix-kernels
# The comparisons in this process are of one thread each.
# The class path goes by the environment: ONNX Runtime 1.29 crashes in processes with a long command
# line (10,000 characters).
CLASSPATH="testbenches/target/test-classes:$(cat testbenches/target/bench.classpath)" \
  exec "$java" -Djava.util.concurrent.ForkJoinPool.common.parallelism=0 -Xmx3g -XX:+UseParallelGC lutmac.testbench.bench.Bench "${parts[@]}"
