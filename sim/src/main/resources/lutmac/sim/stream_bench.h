// Drives the host streams of a shell. Its ports, commands and word layouts: docs/hardware.md, sections 2 and 8.
#pragma once

#include "bench.h"

namespace {

// More than the beats of any memory, and cycles after which the shell has nothing more to say.
constexpr uint32_t kMostAborts = 1u << 28;
constexpr int kQuietCycles = 60;

class StreamBench : public Bench {
 public:
  using Bench::Bench;

 private:
  void resetPorts() override {
    top_.in_valid_i = 0;
    top_.in_data_i = 0;
    top_.out_ready_i = 0;
  }

  void setUp() override { writeAll(); }

  void writeImage() override {
    if (image_ == 0) overAt_ = cycle_;
    writeAll();
  }

  void imageOver() override {
    busCycles_ = cycle_ - overAt_;
    overAt_ = cycle_;
  }

  // Offers `send` (if any) to the input stream and takes a beat of the output stream into `taken_` if `take`.
  // Once offered, a beat stays until it is accepted, as the protocol demands.
  void tick(const uint64_t* send, bool take) {
    offering_ = send && (offering_ || !dice_.hit(stallPermille_));
    if (send && !offering_) pausedIn_++;
    top_.in_valid_i = offering_;
    top_.in_data_i = offering_ ? *send : 0;
    top_.out_ready_i = take && !dice_.hit(stallPermille_);
    top_.eval();
    sent_ = offering_ && top_.in_ready_o;
    if (sent_) offering_ = false;
    got_ = top_.out_valid_o && top_.out_ready_i;
    if (got_) taken_ = top_.out_data_o;
    if (got_) last_ = top_.out_last_o;
    if (top_.out_valid_o && !take) unexpected_++;
    if (top_.out_valid_o && take && !got_) pausedOut_++;
    endCycle(sent_ || got_);
  }

  void sendBeat(uint64_t beat) {
    do tick(&beat, false);
    while (!sent_);
  }

  uint64_t takeBeat(bool last) {
    do tick(nullptr, true);
    while (!got_);
    if (last_ != last) throw GivenUp{"the end of an answer is not marked by out_last_o" + where()};
    return taken_;
  }

  static uint64_t header(uint64_t operation, uint64_t memory, uint64_t address, uint64_t words) {
    using namespace lutmac::host;
    return bits(kOperation, operation) | bits(kMemory, memory) | bits(kAddress, address) | bits(kWords, words);
  }

  void writeAll() {
    waiting_ = "host write";
    for (uint32_t left = job_.u32(); left > 0; left--) {
      const Write write = nextWrite();
      sendBeat(header(lutmac::host::kWrite, write.memory, write.address, write.words));
      for (uint64_t beat : write.data) sendBeat(beat);
    }
  }

  // Sends beats that mean anything or nothing, takes whatever comes, and then finds back as the protocol says.
  void disturb() override {
    uint32_t left = job_.u32();
    if (left == 0) return;
    waiting_ = "disturbance";
    disturbing_ = true;
    for (; left > 0; left--) {
      for (uint32_t pause = job_.u32(); pause > 0; pause--) tick(nullptr, true);
      const uint64_t beat = job_.u64();
      do tick(&beat, true);
      while (!sent_);
    }
    // In the midst of a write the commands are its data: ever more of them end it.
    for (uint32_t aborts = 1; !statusAfter(aborts); aborts *= 2) {
      if (aborts > kMostAborts) throw GivenUp{"the accelerator does not answer a status command" + where()};
    }
    unexpected_ = 0;
    running_ = disturbing_ = false;
  }

  bool statusAfter(uint32_t aborts) {
    using namespace lutmac;
    const uint64_t abort = host::kAbortHeader, question = host::kStatusHeader;
    std::vector<uint64_t> answer;
    auto listen = [&](const uint64_t* beat) {
      tick(beat, true);
      if (!got_) return;
      if (!answer.empty() || value(status::kIdentification, taken_) == status::kIdentificationWord) answer.push_back(taken_);
    };
    for (; aborts > 0; aborts--) {
      do listen(&abort);
      while (!sent_);
    }
    do listen(&question);
    while (!sent_);
    for (int quiet = 0; quiet < kQuietCycles; quiet++) {
      listen(nullptr);
      if (got_) quiet = 0;
    }
    return answer.size() == status::kBeats;
  }

  void run() override {
    if (inputFreeAt_ == kNever || image_ + 1 == images_) {
      sendBeat(header(lutmac::host::kRun, 0, startAddress_, 0));
    } else {
      sendBeat(header(lutmac::host::kStart, 0, startAddress_, 0));
      sendBeat(header(lutmac::host::kAfter, 0, inputFreeAt_, 0));
      if (job_.u32() != 0) die("a disturbance of an image that is written beside a run");
      writeAll();
      waiting_ = "run";
      written_ = true;
      sendBeat(header(lutmac::host::kWait, 0, 0, 0));
    }
    const uint64_t answer = takeBeat(true);
    answered_ = value(lutmac::answer::kCycles, answer);
    busyCycles_ = running_ ? busy_ + 1 : 0;
    running_ = false;
    const int cause = int(value(lutmac::answer::kCause, answer));
    if (cause != lutmac::error::kNone) stopped(cause, value(lutmac::answer::kLayer, answer), answered_);
    waiting_ = "host read";
  }

  void readBack(uint32_t index, const Region& region) override {
    const uint32_t beats = (wordBytes_ + 7) / 8;
    // All of them before the record begins: a design may stop answering at any word.
    std::vector<uint64_t> words(size_t(region.words) * beats);
    sendBeat(header(lutmac::host::kRead, lutmac::memory::kFeatureMaps, region.address, region.words));
    for (uint64_t& beat : words) beat = takeBeat(&beat == &words.back());
    readResult(index, words, beats);
  }

  uint64_t taken_ = 0, overAt_ = 0;
  bool offering_ = false, sent_ = false, got_ = false, last_ = false;
};

}  // namespace
