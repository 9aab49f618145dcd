#!/usr/bin/env bash
# Speed and memory as ratios to a reference measured in the same run, then the time and memory that quantizing
# real networks takes, against its bars; then real networks on the RTL: cycles, how busy the array is, on-chip memory,
# against theirs. Needs `make build`.
#
#   testbenches/bench.sh [bars] [MAVEN OPTION...]
#   testbenches/bench.sh hardware [predicted] [luts] [PART OF A ROW...] [MAVEN OPTION...]
#   testbenches/bench.sh bus [predicted] [PART OF A ROW...] [MAVEN OPTION...]
#
#   bars       only the bars of quantizing (up to a quarter of an hour)
#   hardware   only the networks on the RTL (half an hour), or the rows whose title contains one of the parts
#   bus        only whole networks on a bus (most of an hour: ResNet-18 and VGG-16 are quantized and simulated)
#   predicted  by the cycle model, without simulating
#   luts       with the look-up tables of MLPerf Tiny's accelerators, by yosys (half an hour more)
#   -o         where there is no network
#
# LUTMAC_DATA names the directory with models/ and datasets/ (default: ../shared/data beside the
# checkout); without it the embedded example is measured.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
if [ ! -s cli/target/runtime.classpath ]; then
  echo "bench: not built yet: run 'make build'" >&2
  exit 2
fi
source testbenches/classes
source bin/matrix-kernels
# The comparisons in this process are of one thread each.
data=${LUTMAC_DATA:-../shared/data}

hardware() {
  if [ -d "$data/models" ]; then
    "$java" -Xmx6g -XX:+UseParallelGC "-Dlutmac.data=$(realpath "$data")" lutmac.testbench.HardwareBench "$@"
  else
    echo "no networks on the RTL: there is no $data/models" >&2
  fi
}

if [ "${arguments[0]:-}" = hardware ]; then
  hardware "${arguments[@]:1}"
elif [ "${arguments[0]:-}" = bus ]; then
  "$java" -Xmx6g -XX:+UseParallelGC "-Dlutmac.data=$(realpath "$data")" lutmac.testbench.BusBench "${arguments[@]:1}"
else
  "$java" -Djava.util.concurrent.ForkJoinPool.common.parallelism=0 -Xmx3g -XX:+UseParallelGC \
    lutmac.testbench.bench.Bench "${arguments[@]}"
  if [ ${#arguments[@]} -eq 0 ]; then
    hardware
  fi
fi
