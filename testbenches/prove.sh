#!/usr/bin/env bash
# Proves modules of the hardware for all inputs, with yosys' SAT solver: docs/proofs.md says what. Prints a table; exit
# status 1 if a proof fails. A proof takes at most 8 GB of memory.
#
# usage: testbenches/prove.sh [PART OF A TITLE...] [MAVEN OPTION...]     (needs `make build`)
#
#   PART   only proofs whose module or property contains all parts
#   -o     where there is no network
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
command -v yosys >/dev/null || { echo "prove: yosys is not installed (Debian: apt-get install yosys)" >&2; exit 2; }
source testbenches/classes
"$java" lutmac.testbench.proof.Prove "${arguments[@]}"
