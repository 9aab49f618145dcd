#!/usr/bin/env bash
# The same network on two styles of arrays, and one of them simulated against a host that pauses at random.
#
#   examples/04-accelerator.sh DIRECTORY
set -euo pipefail
lutmac=${LUTMAC:-$(dirname "$0")/../bin/lutmac}
if [ $# -ne 1 ]; then
  echo "usage: $0 DIRECTORY (for the files that it makes)" >&2
  exit 2
fi
work=$1
"$lutmac" demo --files-only -o "$work" > /dev/null
"$lutmac" quantize "$work/digits.onnx" --calib "$work/calibration_images.npy" --mean 48 --std 64 \
  -o "$work/digits.lut.onnx" > /dev/null

# Neither multiplies: bins adds activations into bins by weight code, csd shifts and adds two digits a cycle; cycles by layer, memories, buffers.
for style in bins csd; do
  "$lutmac" generate "$work/digits.lut.onnx" --array 4x4 --pe "$style" -o "$work/$style"
done

# Bit-exact also where the host cannot keep up; exit code 1 if a single word differs.
"$lutmac" simulate "$work/csd" --data "$work/test_images.npy" --labels "$work/test_labels.npy" --count 2 --stall 1
