#!/usr/bin/env bash
# Look-up tables per processing element of an 8 x 8 array with 8-bit activations, mapped by yosys for Xilinx 7-series without
# DSP blocks, also with what an array can do beside plain layers, and per column of the core around an array of 8 x 16, which
# is left out; and of all around arrays of 8 x 8 and 14 x 16, shell included, without the buffers' memories. LUT counts LUT1..LUT6 and the look-up tables inside LUT RAM and shift-register cells (RAM32M = 4, ...).
# The arrays of "dsp" with their multiplier blocks are measured last of the arrays.
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

source testbenches/classes
"$java" lutmac.testbench.area.MeasuredDesigns "$work" "$rows" "$cols" >"$work/designs"

# measure NUMBER TOP UNITS NAME ACC PARAMETERS LIMIT [blocks]: one line of the table; no limit if it is 0; with
# multiplier blocks
measure() {
  local top=$2 units=$3 name=$4 acc=$5 parameters=$6 limit=$7 design="$work/$1/design" sources without="" dsp=-nodsp
  sources="$(find "$work/$1" -name '*_pkg.sv'; find "$work/$1" -name '*.sv' ! -name '*_pkg.sv' | sort)"
  [[ $top == mac_array ]] || without="blackbox lutmac_mac_array lutmac_block_memory;"
  [[ ${8:-} != blocks ]] || dsp=""
  if ! yosys -q -p "read_verilog -sv ${sources//$'\n'/ }; $without
      synth_xilinx -family xc7 -flatten $dsp -top $top; tee -o $design.stat stat" >"$design.log" 2>&1; then
    echo "area: yosys failed on $name, $parameters:" >&2
    tail -5 "$design.log" >&2
    return 2
  fi
  awk -v name="$name" -v acc="$acc" -v parameters="$parameters" -v units="$units" -v limit="$limit" '
    $1 ~ /^LUT[1-6]$/                          { lut += $2 }
    $1 ~ /^(RAM32M|RAM64M)$/                   { ram += 4 * $2 }
    $1 ~ /^(RAM32X1D|RAM64X1D)$/               { ram += 2 * $2 }
    $1 ~ /^(RAM32X1S|RAM64X1S|SRL16E|SRLC32E)$/ { ram += $2 }
    $1 ~ /^RAM(32M16|128|256|512)/             { print "area: cannot count the cell " $1 > "/dev/stderr"; failed = 2 }
    $1 ~ /^FD/                                 { ff += $2 }
    $1 == "CARRY4"                             { carry = $2 }
    $1 == "INV"                                { inv = $2 }
    $1 == "DSP48E1"                            { dsp = $2 }
    END {
      per = (lut + ram) / units
      printf "%-6s %4d %-34s %6d %7d %7d %6d %5d %4d %8.1f %7s\n", name, acc, parameters,
        lut + ram, ram, carry, ff, inv, dsp, per, limit ? limit : "-"
      if (limit && per > limit) failed = 1
      exit failed
    }' "$design.stat"
}

echo "arrays ${rows}x${cols} per element, core per column, synth_xilinx -family xc7 -flatten (-nodsp where DSP is 0), $(yosys -V | cut -d' ' -f1,2)"
printf "%-6s %4s %-34s %6s %7s %7s %6s %5s %4s %8s %7s\n" style ACC parameters LUT "in RAM" CARRY4 FF INV DSP LUT/unit limit
status=0
while read -r design; do
  # shellcheck disable=SC2086 # the words of a line
  measure $design || status=$?
done <"$work/designs"
exit $status
