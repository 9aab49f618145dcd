#!/usr/bin/env bash
# Damages files of every kind that lutmac reads and has them read: a reader refuses a file with one message, or reads it; no other
# exception, no more than 5 seconds, no more memory than the largest network needs. Prints a table; exit status 1 if a reader has a
# fault. The faulty files are kept in testbenches/target/fuzz.
#
# usage: testbenches/fuzz.sh [--inputs N] [--seconds S] [--seed S] [READER...] [MAVEN OPTION...]     (needs `make build`)
#
#   --inputs   files for each reader (a million)
#   --seconds  after which a reader gets no further file
#   -o         where there is no network
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
own="--*"
source testbenches/classes
cd testbenches
"$java" -Xmx4g lutmac.testbench.fuzz.Fuzz "${arguments[@]}"
