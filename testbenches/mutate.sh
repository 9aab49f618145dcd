#!/usr/bin/env bash
# Changes single bits of the cells of every module (yosys' mutate) and counts the changes that the tests of random networks
# notice: docs/mutants.md. Prints every change that none notices, and a table.
#
# usage: testbenches/mutate.sh [MUTANTS OF A MODULE [SEED]] [MAVEN OPTION...]     (needs `make build`; default: 20 1)
#
#   -o     where there is no network
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
command -v yosys >/dev/null || { echo "mutate: yosys is not installed (Debian: apt-get install yosys)" >&2; exit 2; }
source testbenches/classes
"$java" lutmac.testbench.netlist.Mutate "${arguments[0]:-20}" "${arguments[1]:-1}"
