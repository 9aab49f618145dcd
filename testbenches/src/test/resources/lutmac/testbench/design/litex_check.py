"""Makes the LiteX module of a design with stand-ins of migen and LiteX, and prints what it connects:
litex_check.py FOLDER, the folder of NAME_litex.py. A stand-in has the signals and widths that LiteX documents."""

import importlib
import re
import sys
import types
from pathlib import Path


class Signal:
    def __init__(self, width=1):
        self.width = width

    def __getitem__(self, part):
        assert part.start is None and part.step is None and part.stop <= self.width
        return Signal(part.stop)

    def __invert__(self):
        return self


class Channel:
    def __init__(self, **widths):
        for name, width in {"valid": 1, "ready": 1, "first": 1, "last": 1, **widths}.items():
            setattr(self, name, Signal(width))


class AXIInterface:
    def __init__(self, data_width=32, address_width=32, id_width=1, clock_domain="sys"):
        request = {"addr": address_width, "burst": 2, "len": 8, "size": 3, "lock": 1, "prot": 3, "cache": 4, "qos": 4, "region": 4}
        self.aw = Channel(id=id_width, **request)
        self.ar = Channel(id=id_width, **request)
        self.w = Channel(data=data_width, strb=data_width // 8)
        self.b = Channel(id=id_width, resp=2)
        self.r = Channel(id=id_width, resp=2, data=data_width)


class AXILiteInterface:
    def __init__(self, data_width=32, address_width=32, clock_domain="sys"):
        self.aw = Channel(addr=address_width, prot=3)
        self.ar = Channel(addr=address_width, prot=3)
        self.w = Channel(data=data_width, strb=data_width // 8)
        self.b = Channel(resp=2)
        self.r = Channel(resp=2, data=data_width)


class Instance:
    def __init__(self, module, **connections):
        self.module, self.connections = module, connections


class EventSourceLevel:
    def __init__(self, name=None, description=None):
        self.trigger = Signal()


class EventManager:
    def finalize(self):
        self.finalized = True


class Platform:
    def add_source(self, path):
        print("source", path)


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    return made


class LiteXModule:
    specials = []


axi = module("litex.soc.interconnect.axi", AXIInterface=AXIInterface, AXILiteInterface=AXILiteInterface)
module("migen", ClockSignal=lambda domain: Signal(), ResetSignal=lambda domain: Signal(), Instance=Instance)
module("litex")
module("litex.gen", LiteXModule=LiteXModule)
module("litex.soc")
module("litex.soc.integration")
module("litex.soc.integration.soc", SoCRegion=types.SimpleNamespace)
module("litex.soc.interconnect", axi=axi)
module("litex.soc.interconnect.csr_eventmanager", EventManager=EventManager, EventSourceLevel=EventSourceLevel)

folder = Path(sys.argv[1])
sys.path.insert(0, str(folder))
wrapper = importlib.import_module(next(folder.glob("*_litex.py")).stem)
kind = next(made for made in vars(wrapper).values() if isinstance(made, type) and issubclass(made, LiteXModule) and made is not LiteXModule)


class Specials(list):
    def __iadd__(self, instance):
        for name, signal in instance.connections.items():
            print("port", {"i": "in", "o": "out"}[name[0]], name[2:], signal.width - 1)
        return self


LiteXModule.specials = Specials()
made = kind(Platform())
assert made.ev.finalized

class Bus:
    """A SoC's bus with an IO region and the SDRAM: LiteX refuses uncached regions outside of the former."""

    io = range(0x80000000, 0x100000000)

    def __init__(self):
        self.regions = {"main_ram": types.SimpleNamespace(origin=0x40000000)}

    def add_slave(self, name, bus, region):
        assert isinstance(bus, AXILiteInterface)
        assert region.cached or (region.origin in self.io and region.origin + region.size - 1 in self.io), hex(region.origin)
        self.regions[name] = region


class SoC:
    def __init__(self):
        self.platform = types.SimpleNamespace(add_source=lambda path: None)
        self.bus = Bus()
        self.sdram = types.SimpleNamespace(crossbar=types.SimpleNamespace(get_port=lambda data_width: Signal(data_width)))
        self.interrupts = []
        self.irq = types.SimpleNamespace(enabled=True, add=lambda name, use_loc_if_exists: self.interrupts.append(name))
        self.modules = {}

    def add_module(self, name, module):
        self.modules[name] = module


def to_native(axi, port, base_address):
    assert isinstance(axi, AXIInterface) and axi.w.data.width == port.width and base_address == 0x40000000
    return axi


module("litedram")
module("litedram.frontend")
module("litedram.frontend.axi", LiteDRAMAXI2Native=to_native)


class Quiet(list):
    def __iadd__(self, instance):
        return self


LiteXModule.specials = Quiet()
name = next(folder.glob("*_litex.py")).stem.removesuffix("_litex")
# As the text at the top of the file says.
origin = int(re.search("origin=(0x[0-9a-f]+)", wrapper.__doc__).group(1), 16)
soc = SoC()
assert isinstance(getattr(wrapper, "add_" + name)(soc, origin=origin), kind)
assert soc.bus.regions[name].origin == origin and soc.interrupts == [name]
assert list(soc.modules) == [name, name + "_memory"]
