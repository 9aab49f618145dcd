#!/usr/bin/env bash
# Speed and memory as ratios to a reference measured in the same run; needs `make build`.
#
#   testbenches/bench.sh [MAVEN OPTION...]     for example -o where there is no network
#
# LUTMAC_DATA names the directory with models/ and datasets/ (default: ../shared/data beside the
# checkout); without it the embedded example is measured.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
if [ ! -s cli/target/runtime.classpath ]; then
  echo "bench: not built yet: run 'make build'" >&2
  exit 2
fi
# Inside one Maven run the modules' own classes come from their target directories.
mvn -B -ntp -q "$@" -pl testbenches -am process-test-classes dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
# The comparisons in this process are of one thread each; the matrix library would take all.
# The class path goes by the environment: ONNX Runtime 1.29 crashes in processes with a long command
# line (10,000 characters).
CLASSPATH="testbenches/target/test-classes:$(cat testbenches/target/bench.classpath)" \
  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
  exec "$java" -Xmx3g -XX:+UseParallelGC lutmac.testbench.bench.Bench
