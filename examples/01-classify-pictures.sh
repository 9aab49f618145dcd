#!/usr/bin/env bash
# Quantizes a network and asks it for the names of pictures.
#
#   examples/01-classify-pictures.sh DIRECTORY
set -euo pipefail
lutmac=${LUTMAC:-$(dirname "$0")/../bin/lutmac}
if [ $# -ne 1 ]; then
  echo "usage: $0 DIRECTORY (for the files that it makes)" >&2
  exit 2
fi
work=$1

# A float network with its images, as any tool exports them.
"$lutmac" demo --files-only -o "$work" > /dev/null

# 4-bit weights, 8-bit feature maps. The network was trained on (pixel - 48) / 64; from here on the file knows.
"$lutmac" quantize "$work/digits.onnx" --calib "$work/calibration_images.npy" --mean 48 --std 64 \
  -o "$work/digits.lut.onnx" > /dev/null

# The three likeliest classes of each picture, by name.
"$lutmac" predict "$work/digits.lut.onnx" "$work"/test_*.png --names "$work/names.txt" --top 3
