#!/usr/bin/env bash
# Top-1 of the real networks over their whole test sets, float and quantized (4-bit weights in every layer, 8-bit
# activations, no training, calibrated on training images). LUTMAC_DATA says where models/ and datasets/ are.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
data=${LUTMAC_DATA:-$here/../shared/data}
if [ ! -d "$data/models" ]; then
  echo "accuracy: no models in $data: set LUTMAC_DATA to the directory that holds models/ and datasets/" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# row NAME MODEL DATASET MEAN STD
row() {
  "$here/bin/lutmac" quantize "$data/models/$2.onnx" --calib "$data/datasets/$3/train_images.npy" \
    --mean "$4" --std "$5" -o "$work/$2.lut.onnx" >/dev/null 2>&1
  "$here/bin/lutmac" evaluate "$work/$2.lut.onnx" --data "$data/datasets/$3/test_images.npy" \
    --labels "$data/datasets/$3/test_labels.npy" --json 2>/dev/null >"$work/result.json"
  value() { sed -nE "s/.*\"$1\" : ([0-9.]+).*/\1/p" "$work/result.json"; }
  printf '| %s | %.2f | %.2f |\n' "$1" "$(value top1Float)" "$(value top1Quantized)"
}

echo "| network | float top-1 % | quantized top-1 % |"
echo "|---|---|---|"
row "LeNet-5, MNIST" mnist_lenet5 mnist 0 255
row "ResNet-8, CIFAR-10" cifar10_resnet8_mlperftiny cifar10 0 1
row "ResNet-20, CIFAR-10" cifar10_resnet20 cifar10 123.675,116.28,103.53 58.395,57.12,57.375
