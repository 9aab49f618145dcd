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
arguments=()
options=()
for argument in "$@"; do
  case $argument in
    -o | -D*) options+=("$argument") ;;
    *) arguments+=("$argument") ;;
  esac
done
mvn -B -ntp -q "${options[@]}" -pl testbenches -am process-test-classes dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath
cd testbenches
CLASSPATH="target/test-classes:$(cat target/bench.classpath)" \
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx4g lutmac.testbench.fuzz.Fuzz "${arguments[@]}"
