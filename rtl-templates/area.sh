#!/usr/bin/env bash
# Look-up tables per processing element of an 8 x 8 array with 8-bit activations, mapped by yosys for Xilinx 7-series without
# DSP blocks. LUT counts LUT1..LUT6 and the look-up tables inside LUT RAM and shift-register cells (RAM32M = 4, ...).
# Exit status 1 if an array is larger than the limit of its style.
#
# usage: rtl-templates/area.sh
set -euo pipefail

templates="$(cd "$(dirname "$0")" && pwd)/src/main/resources/lutmac/rtl"
rows=8
cols=8
limit_bins=50
limit_csd=85

command -v yosys >/dev/null || { echo "area: yosys is not installed (Debian: apt-get install yosys)" >&2; exit 2; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# The guards of the parameters have no hardware; the assertions are off for synthesis.
cp "$templates/parameter_range.sv.vm" "$work/parameter_range.sv"

# measure STYLE ACC BIN GROUP_ROWS LIMIT: one line of the table; BIN and GROUP_ROWS are "-" where the style has none
measure() {
  local style=$1 acc=$2 bin=$3 group=$4 limit=$5 design="$work/$1_$2_$3_$4"
  sed -e "s/\${rows}/$rows/; s/\${cols}/$cols/; s/\${accBits}/$acc/; s/\${binBits}/$bin/; s/\${groupRows}/$group/" \
    "$templates/mac_array_$style.sv.vm" >"$design.sv"
  if ! yosys -q -p "read_verilog -sv $design.sv $work/parameter_range.sv; synth_xilinx -family xc7 -flatten -nodsp -top mac_array; tee -o $design.stat stat" \
    >"$design.log" 2>&1; then
    echo "area: yosys failed on $style:" >&2
    tail -5 "$design.log" >&2
    return 2
  fi
  awk -v style="$style" -v acc="$acc" -v bin="$bin" -v group="$group" -v pes=$((rows * cols)) -v limit="$limit" '
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
      printf "%-5s %4d %4s %6s %6d %7d %7d %6d %5d %8.1f %7d\n", style, acc, bin, group, lut + ram, ram, carry, ff, inv, per, limit
      if (per > limit) failed = 1
      exit failed
    }' "$design.stat"
}

echo "array ${rows}x${cols}, synth_xilinx -family xc7 -flatten -nodsp, $(yosys -V | cut -d' ' -f1,2)"
printf "%-5s %4s %4s %6s %6s %7s %7s %6s %5s %8s %7s\n" style ACC BIN group LUT "in RAM" CARRY4 FF INV LUT/PE limit
status=0
measure bins 24 14 4 $limit_bins || status=$?
measure bins 20 14 4 $limit_bins || status=$?
measure bins 20 12 4 $limit_bins || status=$?
measure bins 24 14 8 $limit_bins || status=$?
measure csd 24 - - $limit_csd || status=$?
measure csd 20 - - $limit_csd || status=$?
exit $status
