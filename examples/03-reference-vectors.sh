#!/usr/bin/env bash
# Every feature map of three images as .npy, the codes that hardware must hold: vectors for a testbench of your own.
#
#   examples/03-reference-vectors.sh DIRECTORY
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

# vectors/layers/NAME.npy: codes, vectors/NAME.npy: real values of the outputs, vectors/predict.json: what they mean.
"$lutmac" predict "$work/digits.lut.onnx" "$work/test_images.npy" --count 3 --layers -o "$work/vectors"
