#!/usr/bin/env bash
# Changes single bits of the cells of every module (yosys' mutate) and counts the changes that the testbenches and the tests
# of random networks notice: docs/mutants.md. Prints every change that none notices, what is proven of it, and a table.
#
# usage: testbenches/mutate.sh [MUTANTS OF A MODULE [SEED [STYLE...]]] [MAVEN OPTION...]     (needs `make build`; default: 50 1)
#
#   STYLE  of the array: csd, bins, serial, dsp; all without
#   -o     where there is no network
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
command -v yosys >/dev/null || { echo "mutate: yosys is not installed (Debian: apt-get install yosys)" >&2; exit 2; }
source testbenches/classes
"$java" lutmac.testbench.netlist.Mutate "${arguments[0]:-50}" "${arguments[1]:-1}" "${arguments[@]:2}"
