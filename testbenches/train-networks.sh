#!/usr/bin/env bash
# Trains the small networks of the tests again, on rendered digits, in place; needs `make build`.
#
#   testbenches/train-networks.sh [NETWORK...]   only these: yolo, mobilenet_v3, ...
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
source bin/matrix-kernels
if [ ! -s cli/target/runtime.classpath ]; then
  echo "train-networks: not built yet: run 'make build'" >&2
  exit 2
fi
mvn -B -ntp -q -pl testbenches -am process-test-classes dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
OMP_NUM_THREADS=1 CLASSPATH="testbenches/target/test-classes:$(cat testbenches/target/bench.classpath)" \
  exec "$java" -Xmx2g lutmac.testbench.networks.NetworkTraining \
  testbenches/src/test/resources/lutmac/testbench/networks "$@"
