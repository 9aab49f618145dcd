#!/usr/bin/env bash
# What a cell library makes of the hardware, by yosys and abc: the longest path of every module of the core of 8 x 8
# around a "csd" array (output rate 1, skips), the parts of a module included, and area and longest path of the arrays of
# 8 x 8 (sums of 24 bits, maps of 8) of each style, also as shares of those of the array with "*". Paths go from register
# or port to register or port, without wires, set-up and clock-to-output times; the cells are sized for speed.
#
# usage: testbenches/clock.sh LIBERTY [MAVEN OPTION...]     (needs `make build`)
#
#   LIBERTY   the library's file, not compressed
set -euo pipefail
[[ $# -ge 1 && -r $1 ]] || { echo "clock: name a Liberty file: make clock LIBERTY=FILE" >&2; exit 2; }
liberty="$(readlink -f "$1")"
shift
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
rows=8
cols=8
# Parts of the core that are measured by themselves; what is within one of them, flattened with it.
parts="*mac_array *row_feeder *run_walker *weight_walker *skip_walker *row_accumulator *requantizer *map_writer *sequencer
  *run_reader *skip_decoder *code_unpacker"
script="+strash;dch,-f;map,-B,0.9;topo;buffer,-c;upsize;dnsize;stime,-p"

command -v yosys >/dev/null || { echo "clock: yosys is not installed (Debian: apt-get install yosys)" >&2; exit 2; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

source testbenches/classes
"$java" lutmac.testbench.area.MeasuredDesigns "$work" "$rows" "$cols" >"$work/designs"

# map NUMBER TOP [PART...]: maps a design to the library's cells, parts by themselves; the log is NUMBER/log
map() {
  local folder="$work/$1" top=$2 sources keep=""
  shift 2
  sources="$(find "$folder" -name '*_pkg.sv'; find "$folder" -name '*.sv' ! -name '*_pkg.sv' | sort)"
  [[ $# == 0 ]] || keep="setattr -mod -set keep_hierarchy 1 ${*//$'\n'/ }; select -clear;"
  if ! yosys -p "read_verilog -sv ${sources//$'\n'/ }; hierarchy -top $top; $keep synth -flatten -top $top;
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

core="$(awk '$4 == "shell" { print $1; exit }' "$work/designs")"
map "$core" lutmac_core "$parts"
printf "%-24s %8s\n" module ps
paths "$core"

printf "\n%-6s %-26s %12s %8s %6s %6s\n" style parameters area ps "area" "path"
# The first array of each style, that with "*" before the others.
{ awk '$2 == "mac_array" && $4 == "dsp" && !seen++' "$work/designs"
  awk '$2 == "mac_array" && $4 != "dsp" && !seen[$4]++' "$work/designs"; } |
while read -r number top _ style _ parameters _; do
  map "$number" "$top"
  area="$(awk '/Chip area for module/ { area = $NF } END { print area }' "$work/$number/log")"
  path="$(paths "$number" | awk 'NR == 1 { print $2 }')"
  if [[ $style == dsp ]]; then
    product_area=$area product_path=$path parameters="*"
  fi
  awk -v style="$style" -v parameters="$parameters" -v area="$area" -v path="$path" -v a="$product_area" -v p="$product_path" \
    'BEGIN { printf "%-6s %-26s %12.0f %8.0f %6.2f %6.2f\n", style, parameters, area, path, area / a, path / p }'
done
