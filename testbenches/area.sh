#!/usr/bin/env bash
# Look-up tables per processing element of an 8 x 8 array, mapped by yosys for Xilinx 7-series without
# DSP blocks. LUT counts LUT1..LUT6 and the look-up tables inside LUT RAM and shift-register cells (RAM32M = 4, ...).
# The arrays and their limits are those that the styles name. Exit status 1 if an array is larger than its limit.
#
# usage: testbenches/area.sh [MAVEN OPTION...]     (needs `make build`)
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
rows=8
cols=8

command -v yosys >/dev/null || { echo "area: yosys is not installed (Debian: apt-get install yosys)" >&2; exit 2; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

mvn -B -ntp -q "$@" -pl testbenches -am process-test-classes dependency:build-classpath \
  -Dmdep.outputFile=target/bench.classpath
CLASSPATH="testbenches/target/test-classes:$(cat testbenches/target/bench.classpath)" \
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" lutmac.testbench.area.BoundedArrays "$work" "$rows" "$cols" >"$work/arrays"

# measure NUMBER STYLE ACC PARAMETERS LIMIT: one line of the table
measure() {
  local style=$2 acc=$3 parameters=$4 limit=$5 design="$work/$1/design"
  if ! yosys -q -p "read_verilog -sv $work/$1/*.sv; synth_xilinx -family xc7 -flatten -nodsp -top mac_array; tee -o $design.stat stat" \
    >"$design.log" 2>&1; then
    echo "area: yosys failed on $style:" >&2
    tail -5 "$design.log" >&2
    return 2
  fi
  awk -v style="$style" -v acc="$acc" -v parameters="$parameters" -v pes=$((rows * cols)) -v limit="$limit" '
    $1 ~ /^LUT[1-6]$/                          { lut += $2 }
    $1 ~ /^(RAM32M|RAM64M)$/                   { ram += 4 * $2 }
    $1 ~ /^(RAM32X1D|RAM64X1D)$/               { ram += 2 * $2 }
    $1 ~ /^(RAM32X1S|RAM64X1S|SRL16E|SRLC32E)$/ { ram += $2 }
    $1 ~ /^RAM(32M16|128|256|512)/             { print "area: cannot count the cell " $1 > "/dev/stderr"; failed = 2 }
    $1 ~ /^FD/                                 { ff += $2 }
    $1 == "CARRY4"                             { carry = $2 }
    $1 == "INV"                                { inv = $2 }
    END {
      per = (lut + ram) / pes
      printf "%-6s %4d %-34s %6d %7d %7d %6d %5d %8.1f %7d\n", style, acc, parameters, lut + ram, ram, carry, ff, inv, per, limit
      if (per > limit) failed = 1
      exit failed
    }' "$design.stat"
}

echo "array ${rows}x${cols}, synth_xilinx -family xc7 -flatten -nodsp, $(yosys -V | cut -d' ' -f1,2)"
printf "%-6s %4s %-34s %6s %7s %7s %6s %5s %8s %7s\n" style ACC parameters LUT "in RAM" CARRY4 FF INV LUT/PE limit
status=0
while read -r array; do
  # shellcheck disable=SC2086 # the words of a line
  measure $array || status=$?
done <"$work/arrays"
exit $status
