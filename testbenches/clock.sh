#!/usr/bin/env bash
# How fast the hardware is clocked.
#
# What a cell library makes of it, by yosys and abc: the longest path of every module of the core of 8 x 8 around a "csd"
# array (output rate 1, skips), the parts of a module included, and area and longest path of the arrays of 8 x 8 (sums of 24
# bits, maps of 8) of each style, also as shares of those of the array with "*". Paths go from register or port to register
# or port, without wires, set-up and clock-to-output times; the cells are sized for speed.
#
# What a placement makes of it, by yosys and nextpnr: the clock of a plain core of 2 x 2 around a "csd" array in an iCE40
# HX8K, for several seeds, with its longest path. Its ports, which are more than the chip's pins, are registers of a chain.
#
# The library is osu018 if none is named. With it there are bounds: no module's path is longer than the array's, the
# array of "csd" has at most 0.72 of the area of that with "*" and no longer path. The core's median clock in the HX8K is to be
# 80 MHz or more. Exit status 1 if one is not met.
#
# usage: testbenches/clock.sh [LIBERTY] [MAVEN OPTION...]     (needs `make build`)
#
#   LIBERTY   the library's file, not compressed; without: Debian's package qflow-tech-osu018, if it is installed
set -euo pipefail
osu018=/usr/share/qflow/tech/osu018/osu018_stdcells.lib
seeds=(1 2 3 4 5)
least_clock=80
most_area=0.72
rows=8
cols=8
# Parts of the core that are measured by themselves; what is within one of them, flattened with it.
parts="*mac_array *row_feeder *run_walker *weight_walker *skip_walker *row_accumulator *requantizer *map_writer *sequencer
  *run_reader *skip_decoder *code_unpacker"
script="+strash;dch,-f;map,-B,0.9;topo;buffer,-c;upsize;dnsize;stime,-p"

command -v yosys >/dev/null || { echo "clock: yosys is not installed (Debian: apt-get install yosys)" >&2; exit 2; }
liberty=""
for argument in "$@"; do
  case $argument in
    -*) ;;
    *) [[ -r $argument ]] || { echo "clock: cannot read $argument" >&2; exit 2; }
       liberty="$(readlink -f "$argument")" ;;
  esac
done
if [[ -z $liberty && -r $osu018 ]]; then
  liberty=$osu018
fi
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

source testbenches/classes
"$java" lutmac.testbench.area.MeasuredDesigns "$work" "$rows" "$cols" >"$work/designs"
status=0

# sources NUMBER: the files of a design
sources() {
  { find "$work/$1" -name '*_pkg.sv'; find "$work/$1" -name '*.sv' ! -name '*_pkg.sv' | sort; } | tr '\n' ' '
}

# map NUMBER TOP [PART...]: maps a design to the library's cells, parts by themselves; the log is NUMBER/log
map() {
  local folder="$work/$1" top=$2 number=$1 keep=""
  shift 2
  [[ $# == 0 ]] || keep="setattr -mod -set keep_hierarchy 1 ${*//$'\n'/ }; select -clear;"
  if ! yosys -p "read_verilog -sv $(sources "$number"); hierarchy -top $top; $keep synth -flatten -top $top;
      dfflibmap -liberty $liberty; abc -liberty $liberty -script $script; opt_clean; stat -liberty $liberty" \
      >"$folder/log" 2>&1; then
    echo "clock: yosys failed on $top:" >&2
    tail -5 "$folder/log" >&2
    return 2
  fi
}

# paths NUMBER: module and longest path, ps, longest first
paths() {
  awk '/Extracting gate netlist of module/ { module = $0; sub(/^.*module ./, "", module); sub(/. to .*$/, "", module); sub(/^.*\\/, "", module) }
       /^ABC: .*Delay =/ { delay = $0; sub(/^.*Delay = */, "", delay); delay += 0
                           if (delay > longest[module]) longest[module] = delay }
       END { for (module in longest) printf "%-24s %8.0f\n", module, longest[module] }' "$work/$1/log" | sort -k2,2nr
}

library() {
  local bounds=0 core number top style parameters area path product_area product_path
  [[ ${liberty##*/} != "${osu018##*/}" ]] || bounds=1
  echo "$liberty, $(yosys -V | cut -d' ' -f1,2)"
  core="$(awk '$4 == "shell" { print $1; exit }' "$work/designs")"
  map "$core" lutmac_core "$parts"
  printf "%-24s %8s\n" module ps
  paths "$core" | tee "$work/paths"
  if ! awk -v bounds="$bounds" '$1 ~ /mac_array$/ { array = $2 } $2 > longest { longest = $2 }
      END { exit bounds && longest > array }' "$work/paths"; then
    echo "clock: a module's path is longer than the array's" >&2
    status=1
  fi

  printf "\n%-6s %-26s %12s %8s %6s %6s\n" style parameters area ps "area" "path"
  # The first array of each style, that with "*" before the others.
  while read -r number top _ style _ parameters _; do
    map "$number" "$top"
    area="$(awk '/Chip area for module/ { area = $NF } END { print area }' "$work/$number/log")"
    path="$(paths "$number" | awk 'NR == 1 { print $2 }')"
    if [[ $style == dsp ]]; then
      product_area=$area product_path=$path parameters="*"
    fi
    awk -v style="$style" -v parameters="$parameters" -v area="$area" -v path="$path" -v a="$product_area" -v p="$product_path" \
      'BEGIN { printf "%-6s %-26s %12.0f %8.0f %6.2f %6.2f\n", style, parameters, area, path, area / a, path / p }'
    if [[ $style == csd && $bounds == 1 ]] && ! awk -v area="$area" -v path="$path" -v a="$product_area" -v p="$product_path" \
        -v most="$most_area" 'BEGIN { exit !(area <= most * a && path <= p) }'; then
      echo "clock: the array of csd is larger than $most_area of that with * or slower" >&2
      status=1
    fi
  done < <(awk '$2 == "mac_array" && $4 == "dsp" && !seen++' "$work/designs"
           awk '$2 == "mac_array" && $4 != "dsp" && !seen[$4]++' "$work/designs")
}

# chain NUMBER: a top module around lutmac_core, whose ports are registers of a chain
chain() {
  yosys -p "read_verilog -sv $(sources "$1"); hierarchy -top lutmac_core; proc; portlist" |
    awk '/^ *(input|output) \[/ {
           width = substr($2, 2) + 1; name = $3; sub(/[,;]$/, "", name)
           if (name == "clk_i" || name == "rst_ni") next
           if ($1 == "input") { ports = ports sprintf(",\n    .%s(in_q[%d +: %d])", name, inputs, width); inputs += width }
           else               { ports = ports sprintf(",\n    .%s(out[%d +: %d])", name, outputs, width); outputs += width }
         }
         END {
           print "module chain(input wire clk_i, input wire rst_ni, input wire in_i, input wire load_i, output wire out_o);"
           printf "  logic [%d:0] in_q;\n  logic [%d:0] out, out_q, chain_q;\n", inputs - 1, outputs - 1
           print "  always_ff @(posedge clk_i) begin"
           print "    in_q    <= {in_q, in_i};\n    out_q   <= out;\n    chain_q <= load_i ? out_q : chain_q << 1;\n  end"
           printf "  assign out_o = chain_q[%d];\n  lutmac_core u_core (.clk_i, .rst_ni%s);\nendmodule\n", outputs - 1, ports
         }'
}

# A carry whose operands are the same signal is that: nextpnr 0.4 does not end where both are to reach one cell.
carry='(* techmap_celltype = "SB_CARRY" *)
module carry_of_same(output CO, input I0, input I1, input CI);
  parameter _TECHMAP_CONNMAP_I0_ = 0;
  parameter _TECHMAP_CONNMAP_I1_ = 0;
  wire _TECHMAP_FAIL_ = _TECHMAP_CONNMAP_I0_ != _TECHMAP_CONNMAP_I1_;
  assign CO = I0;
endmodule'

placement() {
  local number seed folder median
  number="$(awk '$2 == "lutmac_core" && $6 == "2x2" { print $1 }' "$work/designs")"
  folder="$work/$number"
  chain "$number" >"$work/chain.sv"
  echo "$carry" >"$work/carry.v"
  if ! yosys -p "read_verilog -sv $(sources "$number") $work/chain.sv ; synth_ice40 -device hx -top chain;
      techmap -map $work/carry.v; clean; write_json $work/chain.json; stat" >"$folder/log" 2>&1; then
    echo "clock: yosys failed on the core of 2 x 2:" >&2
    tail -5 "$folder/log" >&2
    return 2
  fi
  printf "\ncore of 2 x 2 in an iCE40 HX8K, %s, %s look-up tables\n%-6s %8s  %s\n" \
    "$(nextpnr-ice40 --version 2>&1 | grep -o 'Version [0-9.]*')" \
    "$(awk '$1 == "SB_LUT4" { n = $2 } END { print n }' "$folder/log")" seed MHz "longest path"
  printf '%s\n' "${seeds[@]}" | xargs -P "$(nproc)" -I SEED timeout 1800 nextpnr-ice40 --hx8k --package ct256 --json "$work/chain.json" \
    --pcf-allow-unconstrained --freq 90 --timing-allow-fail --seed SEED -q -l "$work/SEED.log" >/dev/null 2>&1 || true
  for seed in "${seeds[@]}"; do
    awk -v seed="$seed" '
      /Critical path report for/                           { within = /for clock/; from = "" }
      /Max frequency for clock/                            { clock = $0; sub(/^.*: /, "", clock); clock += 0 }
      within && / Source / && from == ""                   { from = $NF; sub(/_SB_.*|_LC.*/, "", from) }
      within && / Setup /                                  { to = $NF; sub(/_SB_.*|_LC.*/, "", to); ends = from " to " to; within = 0 }
      END { if (!clock) exit 1; printf "%-6s %8.1f  %s\n", seed, clock, ends }' "$work/$seed.log" ||
      { echo "clock: nextpnr did not place seed $seed:" >&2; tail -3 "$work/$seed.log" >&2; return 2; }
  done | sed -e 's/u_core\.//g' | tee "$work/clocks"
  median="$(awk '{ print $2 }' "$work/clocks" | sort -n | awk '{ clock[NR] = $1 } END { print clock[int((NR + 1) / 2)] }')"
  printf "median %8s\n" "$median"
  if ! awk -v clock="$median" -v least="$least_clock" 'BEGIN { exit !(clock >= least) }'; then
    echo "clock: the core of 2 x 2 is below $least_clock MHz" >&2
    status=1
  fi
}

if [[ -n $liberty ]]; then
  library
else
  echo "clock: no cell library; name one, or install osu018 (Debian: apt-get install qflow-tech-osu018)"
fi
if command -v nextpnr-ice40 >/dev/null; then
  placement
else
  echo "clock: no placement; nextpnr-ice40 is not installed (Debian: apt-get install nextpnr-ice40)"
fi
exit "$status"
