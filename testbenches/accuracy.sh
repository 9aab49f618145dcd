#!/usr/bin/env bash
# Top-1 of the real networks over their whole test sets, recipe by recipe, against the bars that the project sets itself;
# needs `make build`. LUTMAC_DATA names the directory with models/ and datasets/.
#
#   testbenches/accuracy.sh [PART OF A ROW...]   only rows whose network or setting contain one of these
#   testbenches/accuracy.sh seed=2 mxqn          with another seed: how much of a difference is chance
#   testbenches/accuracy.sh ablation             what every step of the quantizer is worth
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
source bin/matrix-kernels
if [ ! -s cli/target/runtime.classpath ]; then
  echo "accuracy: not built yet: run 'make build'" >&2
  exit 2
fi
data=${LUTMAC_DATA:-../shared/data}
if [ ! -d "$data/models" ]; then
  echo "accuracy: no models in $data: set LUTMAC_DATA to the directory that holds models/ and datasets/" >&2
  exit 2
fi
source testbenches/classes
"$java" -Xmx6g -XX:+UseParallelGC "-Dlutmac.data=$(realpath "$data")" lutmac.testbench.AccuracyTable "${arguments[@]}"
