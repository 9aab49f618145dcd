// A memory behind an AXI4 master: latency, a limit of requests, random pauses, faults on demand, and checks of all
// that the protocol and docs/hardware.md, section 10, promise. Whatever is wrong ends the run.
#pragma once

#include <algorithm>
#include <array>
#include <deque>

#include "bench.h"

namespace {

// What goes wrong on the bus, once.
enum class BusFault { kNone, kReadError, kWriteError, kLostRead, kLostWrite, kDeafReads, kDeafWrites, kDeafWords };

class AxiMemory {
 public:
  static constexpr uint32_t kWordBytes = sizeof(Vlutmac_top::axi_rdata_i);
  static constexpr uint32_t kMostBursts = 4, kMostWords = 64;

  AxiMemory(Vlutmac_top& top, Dice& dice, uint32_t stallPermille, uint32_t latency, uint32_t bursts)
      : top_(top), dice_(dice), stallPermille_(stallPermille), latency_(latency), bursts_(std::max(bursts, 1u)) {}

  // What a buffer is for: the master reads it, or writes every byte of it once, or writes it and then reads that.
  enum class Use { kRead, kWrite, kScratch };

  // Bytes that the master may access. What lies around them is nobody's: an access there is wrong.
  struct Buffer {
    uint64_t address = 0;
    std::vector<uint8_t> bytes;
    Use use = Use::kRead;
    std::vector<bool> written;
    // Writes of a byte that are not answered.
    std::vector<uint8_t> owed;
  };

  // A buffer from an address on; its bytes hold nothing yet if it is to be written.
  size_t add(uint64_t address, std::vector<uint8_t> bytes, Use use) {
    buffers_.push_back({address, std::move(bytes), use, {}, {}});
    clear(buffers_.size() - 1);
    return buffers_.size() - 1;
  }
  // Nothing is written to a buffer yet, and its bytes are others than they were.
  void clear(size_t index) {
    Buffer& buffer = buffers_[index];
    buffer.written.assign(buffer.bytes.size(), false);
    buffer.owed.assign(buffer.bytes.size(), 0);
    if (buffer.use != Use::kRead) for (uint8_t& byte : buffer.bytes) byte = uint8_t(~byte);
  }
  Buffer& buffer(size_t index) { return buffers_[index]; }

  // From now on the n-th of what the fault is about goes wrong.
  void arm(BusFault fault, uint32_t n) {
    fault_ = fault;
    faultIn_ = n;
    struck_ = false;
  }
  // Whether the fault has come.
  bool struck() const { return struck_; }
  // The bus works again, for another run; answers that were lost come now if `late`, or never.
  void heal(bool late) {
    fault_ = BusFault::kNone;
    staleRequest_ = held_.read;
    for (Read& read : reads_) read.stale = true;
    for (Read& read : lostReads_) read.stale = true;
    if (late) {
      for (Read& read : lostReads_) reads_.push_back(read);
      for (Answer& answer : lostAnswers_) answers_.push_back(answer);
    }
    lostReads_.clear();
    lostAnswers_.clear();
  }
  // The address of the word or burst that was answered with an error.
  uint64_t faultAddress() const { return faultAddress_; }

  // After a reset the bus owes nothing.
  void forgetAll() {
    reads_.clear();
    opened_.clear();
    answers_.clear();
    lostReads_.clear();
    lostAnswers_.clear();
    readValid_ = answerValid_ = false;
    held_ = {};
    staleRequest_ = false;
  }

  // Whether all that the master has asked for is answered.
  bool settled() const { return reads_.empty() && opened_.empty() && answers_.empty(); }

  uint64_t heldBack() const { return heldBack_; }
  uint64_t letWait() const { return letWait_; }
  uint64_t readWords() const { return readWords_; }
  uint64_t writtenWords() const { return writtenWords_; }

  // Sets the master's inputs for a cycle.
  void drive(uint64_t cycle) {
    top_.axi_arready_i = reads_.size() < bursts_ && !deaf(BusFault::kDeafReads) && !pauses();
    // With pauses it takes a request only beside its first word, as simple slaves do.
    top_.axi_awready_i = opened_.size() + answers_.size() < bursts_ && (stallPermille_ == 0 || top_.axi_wvalid_o) &&
                         !deaf(BusFault::kDeafWrites) && !pauses();
    const bool announced = !opened_.empty() || (top_.axi_awvalid_o && top_.axi_awready_i);
    top_.axi_wready_i = announced && !deaf(BusFault::kDeafWords) && !pauses();
    // Once valid it stays.
    if (!readValid_ && !reads_.empty() && reads_.front().ready <= cycle) {
      readValid_ = !pauses();
      if (!readValid_) heldBack_++;
      if (readValid_) fetch();
    }
    top_.axi_rvalid_i = readValid_;
    if (readValid_) {
      std::memcpy(&top_.axi_rdata_i, word_.data(), kWordBytes);
      top_.axi_rid_i = reads_.front().id;
      top_.axi_rresp_i = response_;
      top_.axi_rlast_i = reads_.front().words == 1;
    }
    if (!answerValid_ && !answers_.empty() && answers_.front().ready <= cycle) answerValid_ = !pauses();
    top_.axi_bvalid_i = answerValid_;
    if (answerValid_) {
      top_.axi_bid_i = answers_.front().id;
      top_.axi_bresp_i = answers_.front().response;
    }
  }

  // Takes what moved in the cycle; says whether anything did.
  bool sample(uint64_t cycle) {
    checkStable();
    bool moved = false;
    if (top_.axi_arvalid_o && top_.axi_arready_i) {
      moved = true;
      Read read{burst("read", top_.axi_araddr_o, top_.axi_arlen_o, top_.axi_arsize_o, top_.axi_arburst_o), 0,
                uint32_t(top_.axi_arid_o), cycle + latency_, staleRequest_};
      read.words = uint32_t(top_.axi_arlen_o) + 1;
      staleRequest_ = false;
      if (underWay(reads_, read.id) >= kMostBursts) wrong("more than four read bursts are under way");
      checkAnswered(read);
      // Answers come in order: what is asked for after a lost one does not come either.
      if (!read.stale && (deaf(BusFault::kLostRead) || strikes(BusFault::kLostRead))) {
        lostReads_.push_back(read);
      } else {
        reads_.push_back(read);
      }
      if (!read.stale) strikes(BusFault::kDeafReads);
    }
    if (readValid_ && top_.axi_rready_o) {
      moved = true;
      readWords_++;
      readValid_ = false;
      Read& read = reads_.front();
      read.address += kWordBytes;
      if (--read.words == 0) reads_.pop_front();
    }
    if (top_.axi_awvalid_o && top_.axi_awready_i) {
      moved = true;
      const uint64_t address =
          burst("write", top_.axi_awaddr_o, top_.axi_awlen_o, top_.axi_awsize_o, top_.axi_awburst_o);
      if (underWay(opened_, top_.axi_awid_o) + underWay(answers_, top_.axi_awid_o) >= kMostBursts) {
        wrong("more than four write bursts are under way");
      }
      opened_.push_back({address, address, uint32_t(top_.axi_awlen_o) + 1, uint32_t(top_.axi_awid_o)});
      strikes(BusFault::kDeafWrites);
    }
    if (top_.axi_wvalid_o && top_.axi_wready_i) {
      moved = true;
      store(cycle);
      strikes(BusFault::kDeafWords);
    }
    if (answerValid_ && top_.axi_bready_o) {
      moved = true;
      answerValid_ = false;
      owe(answers_.front(), -1);
      answers_.pop_front();
    }
    if (top_.axi_wvalid_o && !top_.axi_wready_i) letWait_++;
    hold();
    return moved;
  }

 private:
  struct Read {
    uint64_t address;
    uint32_t words;
    uint32_t id;
    uint64_t ready;
    // Of a run that was given up: nobody waits for its words, and it may ask for those of a scratch area that is empty by now.
    bool stale;
  };
  struct Opened {
    uint64_t begin, address;
    uint32_t words;
    uint32_t id;
  };
  struct Answer {
    uint64_t begin, end;
    uint32_t id;
    uint32_t response;
    uint64_t ready;
  };
  // The payloads of the master's channels, where they were valid and not taken.
  struct Held {
    bool read = false, write = false, word = false;
    std::array<uint64_t, 4> readBurst{}, writeBurst{};
    std::array<uint8_t, kWordBytes + 16> wordBytes{};
  };

  [[noreturn]] static void wrong(const std::string& what) { throw GivenUp{"on the bus: " + what}; }

  static std::string hex(uint64_t address) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(address));
    return text;
  }

  template <class T>
  static size_t underWay(const std::deque<T>& all, uint32_t id) {
    return std::count_if(all.begin(), all.end(), [&](const T& one) { return one.id == id; });
  }

  bool pauses() { return dice_.hit(stallPermille_); }

  bool deaf(BusFault fault) const { return fault_ == fault && faultIn_ == 0; }

  // Whether this is the one that goes wrong.
  bool strikes(BusFault fault) {
    if (fault_ != fault || faultIn_ == 0) return false;
    if (--faultIn_ > 0) return false;
    struck_ = true;
    return true;
  }

  // Checks a burst.
  uint64_t burst(const char* kind, uint64_t address, uint32_t len, uint32_t size, uint32_t type) {
    const std::string what = std::string(kind) + " burst at " + hex(address);
    if (uint32_t(1) << size != kWordBytes) wrong(what + " is not of whole words");
    if (type != 1) wrong(what + " does not increment");
    if (address % kWordBytes != 0) wrong(what + " begins within a word");
    if (len >= kMostWords) wrong(what + " has more than 64 words");
    if (address / 4096 != (address + uint64_t(len + 1) * kWordBytes - 1) / 4096) wrong(what + " crosses 4 KiB");
    return address;
  }

  Buffer* find(uint64_t address, Use use) {
    for (Buffer& buffer : buffers_) {
      if ((buffer.use == use || buffer.use == Use::kScratch) && address >= buffer.address &&
          address - buffer.address < buffer.bytes.size()) {
        return &buffer;
      }
    }
    return nullptr;
  }

  // What is read of a scratch buffer has been written, and the master knows that.
  void checkAnswered(const Read& read) {
    if (read.stale) return;
    for (uint32_t word = 0; word < read.words; word++) {
      const uint64_t address = read.address + uint64_t(word) * kWordBytes;
      bool written = false;
      Buffer* buffer = find(address, Use::kRead);
      if (!buffer || buffer->use != Use::kScratch) continue;
      // Some bytes of a last word may be nobody's.
      for (size_t at = address - buffer->address, i = 0; i < kWordBytes && at < buffer->bytes.size(); at++, i++) {
        if (buffer->owed[at] != 0) wrong("the byte at " + hex(buffer->address + at) + " is read before the write to it is answered");
        written = written || buffer->written[at];
      }
      if (!written) wrong("the word at " + hex(address) + " is read, which nobody has written");
    }
  }

  void owe(const Answer& answer, int more) {
    for (uint64_t address = answer.begin; address < answer.end; address++) {
      Buffer* buffer = find(address, Use::kWrite);
      if (!buffer) continue;
      uint8_t& owed = buffer->owed[address - buffer->address];
      // Late answers of a run that was given up are answers to nothing.
      if (more > 0 || owed > 0) owed = uint8_t(owed + more);
    }
  }

  void fetch() {
    Read& read = reads_.front();
    response_ = 0;
    word_.fill(0);
    if (!read.stale && strikes(BusFault::kReadError)) {
      response_ = 2 + uint32_t(read.address / kWordBytes % 2);
      faultAddress_ = read.address;
      return;
    }
    for (uint32_t i = 0; i < kWordBytes; i++) {
      const uint64_t address = read.address + i;
      if (Buffer* buffer = find(address, Use::kRead)) {
        word_[i] = buffer->bytes[address - buffer->address];
      } else {
        wrong("the word at " + hex(read.address) + " is read, which nobody has written");
      }
    }
  }

  void store(uint64_t cycle) {
    if (opened_.empty()) wrong("a word is written before its burst was announced");
    Opened& open = opened_.front();
    uint8_t bytes[kWordBytes];
    std::memcpy(bytes, &top_.axi_wdata_o, kWordBytes);
    for (uint32_t i = 0; i < kWordBytes; i++) {
      if (!(top_.axi_wstrb_o >> i & 1)) continue;
      const uint64_t address = open.address + i;
      Buffer* buffer = find(address, Use::kWrite);
      if (!buffer) wrong("the byte at " + hex(address) + " is written, outside of output and scratch area");
      const size_t at = address - buffer->address;
      if (buffer->written[at] && buffer->use == Use::kWrite) wrong("the byte at " + hex(address) + " is written twice");
      buffer->bytes[at] = bytes[i];
      buffer->written[at] = true;
    }
    writtenWords_++;
    open.address += kWordBytes;
    if (bool(top_.axi_wlast_o) != (open.words == 1)) wrong("wlast is not at the end of the burst");
    if (--open.words > 0) return;
    Answer answer{open.begin, open.address, open.id, 0, cycle + latency_};
    owe(answer, 1);
    if (strikes(BusFault::kWriteError)) answer.response = 2 + uint32_t(open.id + cycle) % 2;
    if (deaf(BusFault::kLostWrite) || strikes(BusFault::kLostWrite)) {
      lostAnswers_.push_back(answer);
    } else {
      answers_.push_back(answer);
    }
    opened_.pop_front();
  }

  static std::array<uint64_t, 4> payload(uint64_t address, uint64_t len, uint64_t id, uint64_t rest) {
    return {address, len, id, rest};
  }
  std::array<uint64_t, 4> readPayload() const {
    return payload(top_.axi_araddr_o, top_.axi_arlen_o, top_.axi_arid_o, top_.axi_arsize_o);
  }
  std::array<uint64_t, 4> writePayload() const {
    return payload(top_.axi_awaddr_o, top_.axi_awlen_o, top_.axi_awid_o, top_.axi_awsize_o);
  }
  std::array<uint8_t, kWordBytes + 16> wordPayload() const {
    std::array<uint8_t, kWordBytes + 16> bytes{};
    const uint64_t strobes = top_.axi_wstrb_o, last = top_.axi_wlast_o;
    std::memcpy(bytes.data(), &top_.axi_wdata_o, kWordBytes);
    std::memcpy(bytes.data() + kWordBytes, &strobes, 8);
    std::memcpy(bytes.data() + kWordBytes + 8, &last, 8);
    return bytes;
  }

  // What was valid and not taken stays as it is.
  void checkStable() {
    if (held_.read && !(top_.axi_arvalid_o && readPayload() == held_.readBurst)) wrong("ar changes before it is taken");
    if (held_.write && !(top_.axi_awvalid_o && writePayload() == held_.writeBurst)) wrong("aw changes before it is taken");
    if (held_.word && !(top_.axi_wvalid_o && wordPayload() == held_.wordBytes)) wrong("w changes before it is taken");
  }

  void hold() {
    held_.read = top_.axi_arvalid_o && !top_.axi_arready_i;
    held_.readBurst = readPayload();
    held_.write = top_.axi_awvalid_o && !top_.axi_awready_i;
    held_.writeBurst = writePayload();
    held_.word = top_.axi_wvalid_o && !top_.axi_wready_i;
    held_.wordBytes = wordPayload();
  }

  Vlutmac_top& top_;
  Dice& dice_;
  const uint32_t stallPermille_, latency_, bursts_;
  std::vector<Buffer> buffers_;
  std::deque<Read> reads_;
  std::deque<Opened> opened_;
  std::deque<Answer> answers_;
  std::vector<Read> lostReads_;
  std::vector<Answer> lostAnswers_;
  bool readValid_ = false, answerValid_ = false, struck_ = false;
  // Whether the request that the master offers and that is not taken yet is stale.
  bool staleRequest_ = false;
  std::array<uint8_t, kWordBytes> word_{};
  uint32_t response_ = 0, faultIn_ = 0;
  BusFault fault_ = BusFault::kNone;
  uint64_t faultAddress_ = 0, heldBack_ = 0, letWait_ = 0, readWords_ = 0, writtenWords_ = 0;
  Held held_;
};

}  // namespace
