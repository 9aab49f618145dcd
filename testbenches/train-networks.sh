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
source testbenches/classes
OMP_NUM_THREADS=1 "$java" -Xmx2g lutmac.testbench.networks.NetworkTraining \
  testbenches/src/test/resources/lutmac/testbench/networks "${arguments[@]}"
