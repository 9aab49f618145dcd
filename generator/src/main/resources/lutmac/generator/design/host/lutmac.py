"""A lutmac accelerator from Python: packs images, starts runs, reads answers. Needs numpy.

    design = Design("DESIGN_DIRECTORY")
    codes = design.codes(pixels)              # pixels [channels, height, width], in the network's channel order
    buffer = design.pack(codes)               # bytes for the input
    answers = design.outputs(output_bytes)    # {name: real values [channels, height, width]}

On a board with an accelerator on a bus (generate --bus axi), PYNQ style:

    from pynq import MMIO, allocate
    accelerator = Accelerator(design, MMIO(0x43c00000, 0x1000), allocate)
    answers = accelerator.run(codes)

As a program it does what the design's testbench needs for another image than the sample; `make sim IMAGE=FILE.npy` calls it:

    lutmac.py words PIXELS.npy NUMBER INPUT.hex    words of image NUMBER of the file, for +input=INPUT.hex
    lutmac.py answers ANSWERS.hex                  prints what the network answers, of +answers=ANSWERS.hex
"""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np


class Design:
    """What design.json says, as functions."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.info = json.loads((self.folder / "design.json").read_text())
        if self.info["format"] != 4:
            raise ValueError(f"{folder} has format {self.info['format']}, this program reads format 4")
        self.lanes = self.info["config"]["cols"]
        self.word_bytes = self.info["buffers"]["wordBytes"]

    def codes(self, pixels):
        """Codes of pixels that are cropped and in the network's channel order already."""
        given, entry = self.info["input"], self.info["input"]["format"]
        pixels = np.asarray(pixels, dtype=np.float64)
        preprocessing = given["preprocessing"]
        if not preprocessing["inFirstLayer"]:
            mean = np.reshape(preprocessing["mean"], (-1, 1, 1))
            std = np.reshape(preprocessing["std"], (-1, 1, 1))
            # As lutmac does it: in double, then once to float.
            pixels = ((pixels - mean) / std).astype(np.float32) * np.float32(2.0 ** entry["fractionBits"][0])
        least = -(1 << entry["bits"] - 1) if entry["signed"] else 0
        return np.clip(np.rint(pixels), least, least + (1 << entry["bits"]) - 1).astype(np.int64)

    def pixels(self, images, number=0):
        """One image [channels, height, width] of an array that holds it, or several; channels may be last."""
        channels, rows, columns = shape = tuple(self.info["input"]["shape"])
        last = (rows, columns, channels)
        layouts = [shape, last] + ([(rows, columns)] if channels == 1 else [])
        found = np.shape(images)
        if found not in layouts:
            if found[1:] not in layouts:
                raise ValueError(f"shape {list(found)} holds no images of {list(shape)} (channels, height, width)")
            if not 0 <= number < found[0]:
                raise ValueError(f"there is no image {number} of {found[0]}")
            images = images[number]
        if np.shape(images) == last and last != shape:
            images = np.moveaxis(images, -1, 0)
        return np.reshape(images, shape)

    def words(self, buffer):
        """An input buffer as words of the feature maps, for $readmemh."""
        lines = []
        for region in self.info["buffers"]["writes"]:
            lines.append(f"@{region['baseAddress']:x}")
            for word in range(region["words"]):
                start = region["byteOffset"] + word * self.word_bytes
                lines.append(bytes(buffer[start : start + self.lanes])[::-1].hex())
        return "\n".join(lines) + "\n"

    def read(self, text):
        """The output buffer of words as $readmemh takes them."""
        buffer = bytearray(self.info["buffers"]["outputBytes"])
        words, address = {}, 0
        for line in text.split():
            if line.startswith("@"):
                address = int(line[1:], 16)
            else:
                words[address] = line
                address += 1
        for region in self.info["buffers"]["reads"]:
            for word in range(region["words"]):
                start = region["byteOffset"] + word * self.word_bytes
                # Lanes of no channel may be unknown in a simulator.
                digits = re.sub("[xXzZ]", "0", words[region["baseAddress"] + word])
                size = (len(digits) + 1) // 2
                buffer[start : start + size] = int(digits, 16).to_bytes(size, "little")
        return bytes(buffer)

    def pack(self, codes):
        """The input buffer of an image's codes [channels, height, width]."""
        given = self.info["input"]
        codes = np.asarray(codes).reshape(given["shape"])
        channels, rows, columns = codes.shape
        buffer = np.zeros(self.info["buffers"]["inputBytes"], dtype=np.uint8)
        for view, region in zip(given["views"], self.info["buffers"]["writes"]):
            size = region["words"] * self.word_bytes
            words = buffer[region["byteOffset"] : region["byteOffset"] + size].reshape(-1, view["height"], view["width"], self.word_bytes)
            for k in range(view["channels"]):
                c, tap = k % channels, k // channels
                ky, kx = divmod(tap, view["foldedColumns"])
                y = np.arange(view["height"]) * view["rowStep"] + ky * view["rowDilation"] - view["padTop"]
                x = np.arange(view["width"]) * view["columnStep"] + kx * view["columnDilation"] - view["padLeft"]
                plane = np.full((view["height"], view["width"]), given["padCodes"][c], dtype=np.int64)
                inside_y, inside_x = (y >= 0) & (y < rows), (x >= 0) & (x < columns)
                plane[np.ix_(inside_y, inside_x)] = codes[c][np.ix_(y[inside_y], x[inside_x])]
                words[k // self.lanes, :, :, k % self.lanes] = plane.astype(np.uint8)
        return buffer

    def integers(self, output):
        """The integers of every output, by name."""
        output = np.frombuffer(bytes(output), dtype=np.uint8)
        words = {}
        for region in self.info["buffers"]["reads"]:
            for word in range(region["words"]):
                start = region["byteOffset"] + word * self.word_bytes
                words[region["baseAddress"] + word] = start
        found = {}
        for entry in self.info["outputs"]:
            channels, rows, columns = entry["shape"]
            bits, planes = entry["laneBits"], entry["planes"]
            values = np.zeros((channels, rows * columns), dtype=np.int64)
            for c in range(channels):
                bit = entry["channelBits"][c]
                for pixel in range(rows * columns):
                    address, code = entry["channelAddresses"][c] + planes * pixel, 0
                    for plane in range(planes):
                        byte = int(output[words[address + plane] + bit // 8])
                        code |= (byte >> bit % 8 & (1 << bits) - 1) << 8 * plane
                    values[c, pixel] = self._integer(entry["format"], code, 32 if planes > 1 else bits)
            found[entry["name"]] = values.reshape(channels, rows, columns)
        return found

    @staticmethod
    def _integer(entry, code, bits):
        if "values" in entry:
            return entry["values"][code]
        return code - (1 << bits) if entry["signed"] and code >> bits - 1 else code

    def outputs(self, output):
        """The real values of every output, by name."""
        values, integers = {}, self.integers(output)
        for entry in self.info["outputs"]:
            fraction = np.reshape(entry["format"]["fractionBits"], (-1, 1, 1)).astype(np.float64)
            values[entry["name"]] = integers[entry["name"]] * 2.0 ** -fraction
        return values


class Accelerator:
    """An accelerator on a bus.

    registers   has read(offset) and write(offset, value), as pynq.MMIO
    allocate    makes a buffer of memory that the accelerator reaches, with device_address, as pynq.allocate
    """

    def __init__(self, design, registers, allocate):
        self.design = design
        self.registers = registers
        text = (design.folder / "host" / "lutmac_regs.h").read_text()
        self.constants = {name: int(value, 0) for name, value in re.findall(r"#define LUTMAC_(\w+) (0x[0-9a-f]+|\d+)u?\b", text)}
        if self._read("IDENTIFICATION") != self.constants["IDENTIFICATION"]:
            raise RuntimeError("there is no accelerator")
        version = (self._read("VERSION") & self.constants["VERSION_REGISTER_VERSION_MASK"]) >> self.constants["VERSION_REGISTER_VERSION_SHIFT"]
        if version != self.constants["REGISTER_VERSION"]:
            raise RuntimeError(f"the accelerator has version {version} of the registers, this program knows version {self.constants['REGISTER_VERSION']}")
        if self._read("CONFIGURATION") != design.info["fingerprint"]:
            raise RuntimeError("the accelerator has another configuration than this design")
        image = np.frombuffer((design.folder / "image.bin").read_bytes(), dtype=np.uint8)
        buffers = design.info["buffers"]
        self.image = allocate(shape=image.shape, dtype=np.uint8)
        self.image[:] = image
        self._flush(self.image)
        self.input = allocate(shape=(buffers["inputBytes"],), dtype=np.uint8)
        self.output = allocate(shape=(buffers["outputBytes"],), dtype=np.uint8)
        self.scratch = allocate(shape=(max(buffers["scratchBytes"], 1),), dtype=np.uint8)
        self._address("IMAGE", self.image)
        self._address("SCRATCH", self.scratch)

    def run(self, codes, seconds=10.0):
        """The real values of every output for the codes of an image."""
        if self._read("STATUS") & self.constants["STATUS_BUSY_MASK"]:
            raise RuntimeError("an earlier run has not ended")
        self.input[:] = self.design.pack(codes)
        self._flush(self.input)
        self._address("INPUT", self.input)
        self._address("OUTPUT", self.output)
        done, error = self.constants["INTERRUPT_STATUS_DONE_MASK"], self.constants["INTERRUPT_STATUS_ERROR_MASK"]
        self._write("INTERRUPT_STATUS", done | error)
        self._write("CONTROL", self.constants["CONTROL_START_MASK"])
        end = time.monotonic() + seconds
        while not self._read("INTERRUPT_STATUS") & (done | error):
            if time.monotonic() > end:
                self._write("CONTROL", self.constants["CONTROL_ABORT_MASK"])
                raise TimeoutError("the run does not end; it is aborted")
        if self._read("INTERRUPT_STATUS") & error:
            raise RuntimeError(f"the run failed with cause {self._read('ERROR_CAUSE'):#x} at {self._read('ERROR_ADDRESS'):#x}")
        if hasattr(self.output, "invalidate"):
            self.output.invalidate()
        return self.design.outputs(self.output)

    @property
    def cycles(self):
        """Cycles of the last run, transfers included."""
        return self._read("CYCLES")

    def _read(self, register):
        return self.registers.read(self.constants["REG_" + register])

    def _write(self, register, value):
        self.registers.write(self.constants["REG_" + register], value)

    def _address(self, register, buffer):
        self._write(register + "_ADDRESS", buffer.device_address & 0xFFFFFFFF)
        self._write(register + "_ADDRESS_HIGH", buffer.device_address >> 32)

    @staticmethod
    def _flush(buffer):
        if hasattr(buffer, "flush"):
            buffer.flush()


def _program(arguments):
    design = Design(Path(__file__).resolve().parent.parent)
    if len(arguments) == 4 and arguments[0] == "words":
        pixels = design.pixels(np.load(arguments[1], mmap_mode="r"), int(arguments[2]))
        Path(arguments[3]).write_text(design.words(design.pack(design.codes(pixels))))
    elif len(arguments) == 2 and arguments[0] == "answers":
        for name, values in design.outputs(design.read(Path(arguments[1]).read_text())).items():
            if values.shape[1:] == (1, 1):
                order = np.argsort(-values.ravel(), kind="stable")[:5]
                print(f"{name}: " + ", ".join(f"channel {channel}: {values[channel, 0, 0]:g}" for channel in order))
            else:
                print(f"{name}: {list(values.shape)}, {values.min():g} to {values.max():g}")
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(_program(sys.argv[1:]))
    except (OSError, ValueError) as problem:
        sys.exit(f"{sys.argv[0]}: {problem}")
