#!/usr/bin/env bash
# 3 bits a weight on average, each layer as many as it needs, one layer decided by hand; and what that costs.
#
#   examples/02-smaller-weights.sh DIRECTORY
set -euo pipefail
lutmac=${LUTMAC:-$(dirname "$0")/../bin/lutmac}
if [ $# -ne 1 ]; then
  echo "usage: $0 DIRECTORY (for the files that it makes)" >&2
  exit 2
fi
work=$1
"$lutmac" demo --files-only -o "$work" > /dev/null

quantize() {
  "$lutmac" quantize "$work/digits.onnx" --calib "$work/calibration_images.npy" --mean 48 --std 64 "$@"
}

# The allocation measures how much each layer's bits matter to the result.
quantize --budget 3 -o "$work/three.lut.onnx"

# The first layer keeps 8 bits, whatever the budget says; everything else is left to the recipe.
echo 'layers: {conv1: {weights: {kind: fixed, bits: 8}}}' > "$work/mine.yaml"
quantize --budget 3 --formats "$work/mine.yaml" -o "$work/pinned.lut.onnx"

for network in three pinned; do
  "$lutmac" evaluate "$work/$network.lut.onnx" --data "$work/test_images.npy" --labels "$work/test_labels.npy"
done
