// Drives an accelerator on a bus as a driver does: memory image, input and output in memory, registers, interrupt
// (docs/hardware.md, section 10).
//
// A disturbance is a run that goes wrong, {u32 when, u64 kind}, kinds as in Kind; after it everything must work again
// without a reset.
#pragma once

#include <map>
#include <random>

#include "axi_memory.h"

namespace {

class AxiBench : public Bench {
 public:
  AxiBench(JobFile& job, ResultStream& result, ModelOutput& output, VerilatedContext& context, const char* tracePath)
      : Bench(job, result, output, context, tracePath),
        memory_(top_, dice_, stallPermille_, memoryLatency_, memoryBursts_) {}

 private:
  enum Kind : uint64_t {
    kAbort,           // the driver aborts after `when` cycles
    kReset,           // reset after `when` cycles, in the midst of whatever the bus does
    kReadError,       // the `when`-th word is read with an error
    kWriteError,      // the `when`-th burst is written with an error
    kLostRead,        // the `when`-th read burst is never answered
    kLateRead,        // it is answered after the run has ended
    kLostWrite,       // the `when`-th write burst is never answered
    kLateWrite,       // it is answered after the run has ended
    kDeafReads,       // no read burst is taken after the `when`-th, until the run has ended
    kDeafWrites,      // no write burst is taken any more
    kDeafWords,       // no written word is taken any more
    kFlippedBit,      // bit `when` of the first descriptor is another one
    kForeignImage,    // the image is that of another configuration
    kMisaligned,      // an address is no multiple of 16
    kShortRun,        // the run may take `when` cycles
    kWrongCount,      // an entry of the script, or the setup, has a beat too few or too many
    kWrongCommand,    // the command of an entry, or the first of the setup, is none, or its memory or address is not there
    kLongLimit,       // nothing: the run may take at least 2^(20 + `when` % 4) cycles
    kMovedImage,      // nothing: the image is moved between two runs
    kKinds
  };

  static constexpr uint32_t kBusWatchdog = 3000;
  static constexpr uint64_t kGuard = 4096;

  void resetPorts() override {
    top_.axil_awvalid_i = top_.axil_wvalid_i = top_.axil_bready_i = 0;
    top_.axil_arvalid_i = top_.axil_rready_i = 0;
    top_.axi_arready_i = top_.axi_awready_i = top_.axi_wready_i = 0;
    top_.axi_rvalid_i = top_.axi_bvalid_i = 0;
  }

  // One clock cycle.
  void tick() {
    memory_.drive(cycle_);
    top_.eval();
    const bool moved = memory_.sample(cycle_);
    pausedIn_ = memory_.heldBack();
    pausedOut_ = memory_.letWait();
    endCycle(moved);
  }

  // Ticks until a handshake of the registers' bus; `ready` is looked at before the edge.
  template <class Ready>
  void tickUntil(Ready ready) {
    for (int cycles = 0;; cycles++) {
      memory_.drive(cycle_);
      top_.eval();
      const bool done = ready();
      const bool moved = memory_.sample(cycle_);
      endCycle(moved);
      if (done) return;
      if (cycles > 100) throw GivenUp{"the registers do not answer" + where()};
    }
  }

  void pause() {
    while (dice_.hit(stallPermille_)) tick();
  }

  void writeRegister(uint32_t offset, uint32_t value, uint32_t strobes = 15) {
    pause();
    top_.axil_awaddr_i = offset;
    top_.axil_wdata_i = value;
    top_.axil_wstrb_i = strobes;
    // Address and data come in any order.
    bool address = false, data = false;
    const bool dataFirst = dice_.hit(stallPermille_), addressFirst = !dataFirst && dice_.hit(stallPermille_);
    while (!address || !data) {
      top_.axil_awvalid_i = !address && (!dataFirst || data);
      top_.axil_wvalid_i = !data && (!addressFirst || address);
      bool tookAddress = false, tookData = false;
      tickUntil([&] {
        tookAddress = top_.axil_awvalid_i && top_.axil_awready_o;
        tookData = top_.axil_wvalid_i && top_.axil_wready_o;
        return tookAddress || tookData;
      });
      address |= tookAddress;
      data |= tookData;
    }
    top_.axil_awvalid_i = top_.axil_wvalid_i = 0;
    pause();
    top_.axil_bready_i = 1;
    tickUntil([&] { return top_.axil_bvalid_o; });
    top_.axil_bready_i = 0;
  }

  uint32_t readRegister(uint32_t offset) {
    pause();
    top_.axil_araddr_i = offset;
    top_.axil_arvalid_i = 1;
    tickUntil([&] { return top_.axil_arready_o; });
    top_.axil_arvalid_i = 0;
    pause();
    top_.axil_rready_i = 1;
    uint32_t value = 0;
    tickUntil([&] {
      value = top_.axil_rdata_o;
      return top_.axil_rvalid_o;
    });
    top_.axil_rready_i = 0;
    return value;
  }

  static uint32_t bit(lutmac::Field field) { return uint32_t(1) << field.position; }
  static uint32_t fieldOf(lutmac::Field field, uint32_t word) { return uint32_t(value(field, word)); }

  uint32_t header(lutmac::Field field) const {
    uint32_t word;
    std::memcpy(&word, memoryImage_.data() + field.position / 8, sizeof word);
    return word;
  }

  // An address whose buffer and surroundings nobody else has, a different one every time.
  uint64_t place(size_t bytes) {
    const uint64_t address = nextPlace_ + 16 * (draw() % 300);
    nextPlace_ = (address + bytes + 2 * kGuard) / kGuard * kGuard;
    return address;
  }
  uint64_t draw() {
    uint64_t bits = 0;
    for (int i = 0; i < 16; i++) bits = bits << 1 | uint64_t(dice_.hit(500));
    return bits;
  }

  void placeImage() {
    imageAddress_ = place(memoryImage_.size());
    imageBuffer_ = memory_.add(imageAddress_, memoryImage_, AxiMemory::Use::kRead);
  }

  void setUp() override {
    using namespace lutmac;
    if (memoryImage_.size() < 128) die("the job has no memory image");
    if (job_.u32() != 0) die("a job for a bus writes nothing itself");
    const uint32_t addressBits = fieldOf(bus::field::kAddressBits, readRegister(bus::kArray));
    // Where addresses have more than 32 bits all of them are used.
    nextPlace_ = addressBits > 32 ? (uint64_t(1) << (addressBits - 1)) + 0x12345000 : 0x40000000;
    placeImage();
    inputAddress_ = place(header(image::kInputBytes));
    inputBuffer_ = memory_.add(inputAddress_, std::vector<uint8_t>(header(image::kInputBytes)), AxiMemory::Use::kRead);
    outputAddress_ = place(header(image::kOutputBytes));
    outputBuffer_ = memory_.add(outputAddress_, std::vector<uint8_t>(header(image::kOutputBytes)), AxiMemory::Use::kWrite);
    scratchAddress_ = place(header(image::kScratchBytes));
    scratchBuffer_ = memory_.add(scratchAddress_, std::vector<uint8_t>(header(image::kScratchBytes)), AxiMemory::Use::kScratch);
    checkConstants();
    checkReset();
    checkRegisters(addressBits);
    setRegisters();
  }

  // What registers hold after a reset.
  void checkReset() {
    using namespace lutmac;
    for (int offset = bus::kControl; offset <= bus::kScratchAddressHigh; offset += 4) {
      if (readRegister(uint32_t(offset)) != bus::afterReset(offset)) {
        throw GivenUp{"after a reset the register at " + std::to_string(offset) + " is another one"};
      }
    }
  }

  // Registers that hold what is written to them, byte by byte; whatever is in the others.
  void checkRegisters(uint32_t addressBits) {
    using namespace lutmac;
    const uint32_t high = addressBits == 32 ? 0 : addressBits == 64 ? ~0u : (1u << (addressBits - 32)) - 1;
    const std::pair<int, uint32_t> held[] = {
        {bus::kInterruptEnable, 3},    {bus::kImageAddress, ~0u},   {bus::kImageAddressHigh, high},   {bus::kInputAddress, ~0u},
        {bus::kInputAddressHigh, high}, {bus::kOutputAddress, ~0u}, {bus::kOutputAddressHigh, high},  {bus::kScratchAddress, ~0u},
        {bus::kScratchAddressHigh, high}, {bus::kWatchdog, ~0u},    {bus::kRunLimit, ~0u}};
    std::mt19937 any(17);
    std::map<int, uint32_t> expected;
    for (int round = 0; round < 3; round++) {
      for (const auto& [offset, bits] : held) {
        const uint32_t written = round == 0 ? ~0u : uint32_t(any());
        const uint32_t strobes = round == 0 ? 15 : uint32_t(any()) & 15;
        writeRegister(uint32_t(offset), written, strobes);
        uint32_t bytes = 0;
        for (int i = 0; i < 4; i++) bytes |= strobes >> i & 1 ? 0xffu << 8 * i : 0;
        expected[offset] = ((expected[offset] & ~bytes) | (written & bytes)) & bits;
      }
      for (const auto& [offset, value] : expected) {
        if (readRegister(uint32_t(offset)) != value) {
          throw GivenUp{"the register at " + std::to_string(offset) + " holds something else than what was written"};
        }
      }
    }
  }

  void checkConstants() {
    using namespace lutmac;
    if (readRegister(bus::kIdentification) != status::kIdentificationWord) throw GivenUp{"this is no accelerator"};
    if (fieldOf(bus::field::kCols, readRegister(bus::kArray)) != wordBytes_) throw GivenUp{"another number of columns"};
    if (readRegister(bus::kConfiguration) != header(image::kConfiguration)) throw GivenUp{"another configuration"};
    if (fieldOf(bus::field::kDataBytes, readRegister(bus::kArray)) != AxiMemory::kWordBytes) {
      throw GivenUp{"another width of the bus"};
    }
  }

  void setRegisters() {
    using namespace lutmac;
    writeRegister(bus::kInterruptEnable, bit(bus::field::kDone) | bit(bus::field::kError));
    writeRegister(bus::kWatchdog, kBusWatchdog + memoryLatency_);
    writeRegister(bus::kRunLimit, 0);
    writeAddress(bus::kImageAddress, imageAddress_);
    writeAddress(bus::kInputAddress, inputAddress_);
    writeAddress(bus::kOutputAddress, outputAddress_);
    writeAddress(bus::kScratchAddress, scratchAddress_);
  }

  void writeAddress(uint32_t offset, uint64_t address) {
    writeRegister(offset, uint32_t(address));
    writeRegister(offset + 4, uint32_t(address >> 32));
  }

  uint64_t readAddress(uint32_t offset) {
    return readRegister(offset) | uint64_t(readRegister(offset + 4)) << 32;
  }

  void writeImage() override {
    std::vector<uint8_t>& input = memory_.buffer(inputBuffer_).bytes;
    size_t at = 0;
    for (uint32_t left = job_.u32(); left > 0; left--) {
      const Write write = nextWrite();
      const size_t bytes = write.data.size() * sizeof(uint64_t);
      if (at + bytes > input.size()) die("the input is larger than the image says");
      std::memcpy(input.data() + at, write.data.data(), bytes);
      at = align(at + bytes);
    }
    if (at != input.size()) die("the input is not what the image says");
  }

  static size_t align(size_t bytes) { return (bytes + lutmac::image::kAlignment - 1) / lutmac::image::kAlignment * lutmac::image::kAlignment; }

  // Nothing may depend on what output and scratch held before.
  void clearOutput() {
    memory_.clear(outputBuffer_);
    memory_.clear(scratchBuffer_);
  }

  void start(bool load) {
    using namespace lutmac;
    clearOutput();
    outputAt_ = 0;
    writeRegister(bus::kControl, bit(bus::field::kStart) | (load ? bit(bus::field::kLoad) : 0));
  }

  // What it says of a run that goes on.
  void checkStatus() {
    using namespace lutmac;
    const uint32_t before = top_.mon_layer_o, status = readRegister(bus::kStatus), after = top_.mon_layer_o;
    if (top_.irq_o) return;
    const auto says = [&](Field field) { return fieldOf(field, status); };
    const bool right = says(bus::field::kBusy) && !says(bus::field::kStopping) &&
                       !(says(bus::field::kLoading) && says(bus::field::kRunning)) &&
                       says(bus::field::kLayer) >= before && says(bus::field::kLayer) <= after;
    if (!right) throw GivenUp{"the status of a run is wrong: " + std::to_string(status) + where()};
  }

  // Waits for the interrupt and clears it; says whether the run went well.
  bool finish() {
    using namespace lutmac;
    while (!top_.irq_o) tick();
    const uint32_t pending = readRegister(bus::kInterruptStatus);
    const bool good = pending & bit(bus::field::kDone);
    if (good == bool(pending & bit(bus::field::kError))) throw GivenUp{"a run ended well and not well" + where()};
    if (fieldOf(bus::field::kBusy, readRegister(bus::kStatus))) throw GivenUp{"busy after the interrupt" + where()};
    writeRegister(bus::kInterruptStatus, pending);
    if (top_.irq_o) throw GivenUp{"the interrupt stays" + where()};
    if (good != (readRegister(bus::kErrorCause) == 0)) throw GivenUp{"the cause does not fit the interrupt" + where()};
    return good;
  }

  void run() override {
    using namespace lutmac;
    start(false);
    const uint64_t began = cycle_;
    checkStatus();
    const bool good = finish();
    answered_ = readRegister(bus::kRunCycles);
    busyCycles_ = running_ ? lastBusy_ + 1 : 0;
    running_ = false;
    if (!good) stopped(int(fieldOf(bus::field::kCause, readRegister(bus::kErrorCause))), readRegister(bus::kErrorAddress), answered_);
    uint64_t steps = 0;
    for (uint64_t layer : steps_) steps += layer;
    if (readRegister(bus::kStepCycles) != uint32_t(steps)) throw GivenUp{"the step counter is wrong"};
    if (answered_ != coreCycles_) throw GivenUp{"the run counter is wrong"};
    const uint32_t all = readRegister(bus::kCycles);
    if (all > cycle_ - began || all < answered_ + readRegister(bus::kLoadCycles)) throw GivenUp{"the cycle counter is wrong"};
    busCycles_ = all - readRegister(bus::kLoadCycles);
    // Neither at once, and each at least once: the script is read, the output written.
    const uint64_t readWaits = readRegister(bus::kReadWaitCycles), writeWaits = readRegister(bus::kWriteWaitCycles);
    if (readWaits == 0 || writeWaits == 0 || readWaits + writeWaits > all) throw GivenUp{"a counter of waits is wrong"};
    if (runs_.size() <= 1) checkLayerCycles(all);
    if (!memory_.settled()) throw GivenUp{"a run is over and the bus owes answers"};
    const bool loads = readRegister(bus::kLoadCycles) != 0;
    if (loads != !loaded_) throw GivenUp{loaded_ ? "the image is loaded again" : "the image is not loaded"};
    loaded_ = true;
    waiting_ = "output";
  }

  // Time stamps rise from layer to layer.
  void checkLayerCycles(uint32_t all) {
    const uint32_t layers = uint32_t(std::min<size_t>(steps_.size(), 64));
    uint32_t before = 0;
    if (steps_.size() > 64) return;
    for (uint32_t layer = 0; layer < layers; layer++) {
      const uint32_t stamp = readRegister(lutmac::bus::kLayerCycles + 4 * layer);
      if (stamp <= before || stamp > all) throw GivenUp{"the time stamp of layer " + std::to_string(layer) + " is wrong"};
      before = stamp;
    }
  }

  void readBack(uint32_t index, const Region& region) override {
    const uint32_t beats = (wordBytes_ + 7) / 8;
    const size_t bytes = size_t(region.words) * beats * 8;
    const AxiMemory::Buffer& output = memory_.buffer(outputBuffer_);
    if (outputAt_ + bytes > output.bytes.size()) throw GivenUp{"the image says that the output is shorter"};
    for (size_t i = 0; i < align(bytes); i++) {
      if (output.written[outputAt_ + i] != (i < bytes)) throw GivenUp{"the output has too few or too many words"};
    }
    std::vector<uint64_t> words(size_t(region.words) * beats);
    std::memcpy(words.data(), output.bytes.data() + outputAt_, bytes);
    outputAt_ += align(bytes);
    readResult(index, words, beats);
  }

  void disturb() override {
    for (uint32_t left = job_.u32(); left > 0; left--) {
      const uint32_t when = job_.u32();
      const uint64_t kind = job_.u64();
      waiting_ = "disturbance " + std::to_string(kind);
      disturbing_ = true;
      goWrong(Kind(kind % kKinds), when);
      running_ = disturbing_ = false;
    }
  }

  void expectCause(bool good, int cause, const char* what) {
    const int found = int(fieldOf(lutmac::bus::field::kCause, readRegister(lutmac::bus::kErrorCause)));
    if (good || found != cause) {
      throw GivenUp{std::string(what) + ": expected that " + lutmac::error::meaning(cause) + ", found that " +
                    lutmac::error::meaning(found) + where()};
    }
  }

  // A run with a fault of the bus. A fault that comes too late leaves a good run.
  void faulty(BusFault fault, uint32_t when, int cause, bool late, const char* what) {
    using namespace lutmac;
    memory_.arm(fault, 1 + when);
    start(false);
    const bool good = finish();
    // A bus that takes no more than was needed is no fault.
    const bool deaf = fault == BusFault::kDeafReads || fault == BusFault::kDeafWrites || fault == BusFault::kDeafWords;
    if (memory_.struck() ? !(good && deaf) : !good) expectCause(good, memory_.struck() ? cause : error::kNone, what);
    if (!good && fault == BusFault::kReadError && readAddress(bus::kErrorAddress) != memory_.faultAddress()) {
      throw GivenUp{std::string(what) + ": the error address is wrong" + where()};
    }
    memory_.heal(late);
    loaded_ = good;
    // A word that was valid when the run was given up is written when the bus takes it: into an output of that run.
    const bool writes = fault == BusFault::kDeafWrites || fault == BusFault::kDeafWords;
    for (uint32_t i = 0; writes && i < 1000; i++) tick();
  }

  void goWrong(Kind kind, uint32_t when) {
    using namespace lutmac;
    switch (kind) {
      case kAbort: {
        start(false);
        for (uint32_t i = 0; i < when && !top_.irq_o; i++) tick();
        const bool over = top_.irq_o;
        writeRegister(bus::kControl, bit(bus::field::kAbort));
        const bool good = finish();
        // It may have come to its end meanwhile.
        if (!good) expectCause(good, error::kAborted, "an abort");
        if (over && !good) throw GivenUp{"an abort ended what was over"};
        loaded_ = good;
        break;
      }
      case kReset: {
        start(false);
        for (uint32_t i = 0; i < when && !top_.irq_o; i++) tick();
        reset();
        memory_.forgetAll();
        for (int i = 0; i < 4; i++) tick();
        checkConstants();
        checkReset();
        setRegisters();
        loaded_ = false;
        break;
      }
      case kReadError:
        return faulty(BusFault::kReadError, when, error::kBusRead, false, "a read error");
      case kWriteError:
        return faulty(BusFault::kWriteError, when % 4, error::kBusWrite, false, "a write error");
      case kLostRead:
      case kLateRead:
        return faulty(BusFault::kLostRead, when % 64, error::kBusTimeout, kind == kLateRead, "a lost read");
      case kLostWrite:
      case kLateWrite:
        return faulty(BusFault::kLostWrite, when % 4, error::kBusTimeout, kind == kLateWrite, "a lost write");
      case kDeafReads:
        return faulty(BusFault::kDeafReads, when % 64, error::kBusTimeout, false, "a deaf bus");
      case kDeafWrites:
        return faulty(BusFault::kDeafWrites, when % 4, error::kBusTimeout, false, "a deaf bus");
      case kDeafWords:
        return faulty(BusFault::kDeafWords, when % 64, error::kBusTimeout, false, "a deaf bus");
      case kFlippedBit: {
        // The setup begins with the program: a command, then a word of it in every beat.
        std::vector<uint8_t>& bytes = memory_.buffer(imageBuffer_).bytes;
        const uint32_t bit = when % (32 * (descriptor::kWords - 1));
        uint8_t& flipped = bytes[header(image::kSetupOffset) + 8 + 8 * (bit / 32) + bit % 32 / 8];
        flipped = uint8_t(flipped ^ 1 << bit % 8);
        start(true);
        const bool good = finish();
        const uint32_t cause = fieldOf(bus::field::kCause, readRegister(bus::kErrorCause));
        if (cause != error::kDescriptor) expectCause(good, error::kChecksum, "a flipped bit");
        flipped = uint8_t(flipped ^ 1 << bit % 8);
        loaded_ = false;
        break;
      }
      case kForeignImage: {
        std::vector<uint8_t>& bytes = memory_.buffer(imageBuffer_).bytes;
        bytes[when % 8] = uint8_t(bytes[when % 8] ^ 16);
        start(true);
        expectCause(finish(), error::kImage, "a foreign image");
        if (readAddress(bus::kErrorAddress) != imageAddress_) throw GivenUp{"a foreign image: the error address is wrong"};
        bytes[when % 8] = uint8_t(bytes[when % 8] ^ 16);
        loaded_ = false;
        break;
      }
      case kMisaligned: {
        const uint32_t offset = when % 4 == 3 ? bus::kScratchAddress : bus::kImageAddress + 8 * (when % 4);
        const uint64_t address = readAddress(offset);
        writeRegister(offset, uint32_t(address) + 8);
        start(false);
        expectCause(finish(), error::kAlignment, "a wrong address");
        if (readAddress(bus::kErrorAddress) != address + 8) throw GivenUp{"a wrong address: the error address is wrong"};
        writeRegister(offset, uint32_t(address));
        loaded_ = false;
        break;
      }
      case kShortRun: {
        const uint32_t limit = 1 + when % 40;
        writeRegister(bus::kRunLimit, limit);
        start(false);
        const bool good = finish();
        if (!good) expectCause(good, error::kLimit, "a short run");
        writeRegister(bus::kRunLimit, 0);
        loaded_ = good;
        break;
      }
      case kWrongCount: {
        std::vector<uint8_t>& bytes = memory_.buffer(imageBuffer_).bytes;
        const uint32_t number = when % (header(image::kEntries) + 1);
        const bool setup = number == header(image::kEntries);
        const uint32_t at = setup ? image::kSetupBeats.position / 8 : 8 * (image::kWords + image::kEntryWords * number + 1);
        const uint32_t operation = setup ? 0 : bytes[at - 8] & 15;
        uint32_t count;
        std::memcpy(&count, &bytes[at], sizeof count);
        // One less, or one more of what is stored; more data than there are would lie outside of the image or input.
        const bool more = operation == host::kRead && when / 64 % 2;
        const uint32_t wrongCount = more ? count + 1 : count - 1;
        if (!setup && operation != host::kWrite && operation != host::kRead) return;
        if (fieldOf(entry::kBeats, count) == 0) return;
        std::memcpy(&bytes[at], &wrongCount, sizeof count);
        start(true);
        const bool good = finish();
        // A setup may end with a command to write nothing, without which it is as good.
        if (!setup || !good) expectCause(good, error::kImage, "a wrong number of beats");
        std::memcpy(&bytes[at], &count, sizeof count);
        loaded_ = good;
        break;
      }
      case kWrongCommand: {
        std::vector<uint8_t>& bytes = memory_.buffer(imageBuffer_).bytes;
        const uint32_t setupBeats = header(image::kSetupBeats), number = when / 2 % header(image::kEntries);
        const bool setup = setupBeats > 0 && when % 2 == 0;
        const uint32_t at = setup ? header(image::kSetupOffset) : 8 * (image::kWords + image::kEntryWords * number);
        uint64_t command, count = 0;
        std::memcpy(&command, &bytes[at], sizeof command);
        if (!setup) std::memcpy(&count, &bytes[at + 8], sizeof count);
        const uint64_t operation = command & 15;
        const bool moves = (operation == host::kWrite || operation == host::kRead) && fieldOf(entry::kBeats, uint32_t(count)) != 0;
        const int cause = !moves || when / 64 % 3 == 0 ? error::kOperation : when / 64 % 3 == 1 ? error::kMemory : error::kRange;
        // Operation 15 is none; there are four memories, of fewer than 2^23 words.
        const uint64_t wrong = cause == error::kOperation ? command | 15 : cause == error::kMemory ? command | 1 << 7 : command | uint64_t(1) << 31;
        std::memcpy(&bytes[at], &wrong, sizeof wrong);
        start(true);
        expectCause(finish(), cause, "a wrong command");
        // Of an entry its address, of the setup where it is read.
        const uint64_t address = readAddress(bus::kErrorAddress), first = imageAddress_ + at;
        if (setup ? address < first || address > first + 8 * uint64_t(setupBeats) : address != first) {
          throw GivenUp{"a wrong command: the error address is wrong" + where()};
        }
        std::memcpy(&bytes[at], &command, sizeof command);
        loaded_ = false;
        break;
      }
      case kLongLimit: {
        // Limits of which one high bit is set: the low ones alone would be over at once.
        for (uint32_t high = 20 + when % 4; high < 32; high += 4) {
          writeRegister(bus::kRunLimit, uint32_t(1) << high | (1 + when % 40));
          start(false);
          if (!finish()) throw GivenUp{"a run is over before its limit" + where()};
        }
        writeRegister(bus::kRunLimit, 0);
        loaded_ = true;
        break;
      }
      case kMovedImage: {
        start(false);
        if (!finish()) throw GivenUp{"a run with nothing wrong fails" + where()};
        // Where it was is nothing any more.
        std::vector<uint8_t>& bytes = memory_.buffer(imageBuffer_).bytes;
        std::fill(bytes.begin(), bytes.end(), uint8_t(0));
        placeImage();
        writeAddress(bus::kImageAddress, imageAddress_);
        start(false);
        if (!finish() || readRegister(bus::kLoadCycles) == 0) throw GivenUp{"an image that was moved is not loaded" + where()};
        loaded_ = true;
        break;
      }
      case kKinds:
        break;
    }
    // What was given up comes while the next run is under way.
    const bool givenUp = kind >= kLostRead && kind <= kDeafWords;
    if (!givenUp && !memory_.settled()) throw GivenUp{waiting_ + ": the bus owes answers"};
  }

  AxiMemory memory_;
  uint64_t imageAddress_ = 0, inputAddress_ = 0, outputAddress_ = 0, scratchAddress_ = 0, nextPlace_ = 0;
  size_t imageBuffer_ = 0, inputBuffer_ = 0, outputBuffer_ = 0, scratchBuffer_ = 0, outputAt_ = 0;
  bool loaded_ = false;
};

}  // namespace
