#!/usr/bin/env bash
# Changes single bits of the cells of every module (yosys' mutate) and counts the changes that the testbenches and the tests
# of random networks notice: docs/mutants.md. Prints every change that none notices, what is proven of it, and a table.
#
# usage: testbenches/mutate.sh [MUTANTS OF A MODULE [SEED [DESIGN|MODULE...]]] [MAVEN OPTION...]     (needs `make build`; default: 50 1)
#
#   DESIGN that is changed: csd, bins, serial, dsp (styles of the array), axi (on a bus); all without
#   MODULE to change, row_feeder for example; all without
#   -o     where there is no network
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
for tool in yosys iverilog; do
  command -v $tool >/dev/null || { echo "mutate: $tool is not installed (Debian: apt-get install $tool)" >&2; exit 2; }
done
source testbenches/classes
"$java" lutmac.testbench.netlist.Mutate "${arguments[0]:-50}" "${arguments[1]:-1}" "${arguments[@]:2}"
