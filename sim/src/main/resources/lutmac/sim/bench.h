// What all benches share: the job, the result, the model with its clock, and what is observed of its core.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "Vlutmac_top.h"
#include "lutmac_layout.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are copied as bytes");

constexpr uint32_t kNoImage = 0xffffffffu;
constexpr uint32_t kNever = 0xffffffffu;
// Cycles of a waveform that are kept in memory before they are written.
constexpr uint64_t kTracedCycles = 2048;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "harness: %s\n", why.c_str());
  std::exit(1);
}

// The run cannot go on for a reason that lies in the design.
struct GivenUp {
  std::string why;
};

class JobFile {
 public:
  explicit JobFile(const char* path) : file_(std::fopen(path, "rb")) {
    if (!file_) die(std::string("cannot open the job ") + path);
  }
  ~JobFile() { std::fclose(file_); }

  void bytes(void* to, size_t count) {
    if (std::fread(to, 1, count, file_) != count) die("the job is truncated");
  }
  template <class T>
  T value() {
    T v;
    bytes(&v, sizeof v);
    return v;
  }
  uint32_t u32() { return value<uint32_t>(); }
  uint64_t u64() { return value<uint64_t>(); }

 private:
  FILE* file_;
};

class ResultStream {
 public:
  explicit ResultStream(int fd) : file_(fdopen(fd, "wb")) {
    if (!file_) die("cannot open the result stream");
    std::setvbuf(file_, nullptr, _IOFBF, 1 << 18);
  }

  void tag(char c) { bytes(&c, 1); }
  template <class T>
  void value(T v) {
    bytes(&v, sizeof v);
  }
  void bytes(const void* from, size_t count) {
    if (std::fwrite(from, 1, count, file_) != count) die("the reader of the result went away");
  }
  void flush() {
    if (std::fflush(file_) != 0) die("the reader of the result went away");
  }

 private:
  FILE* file_;
};

// What the model prints. Verilator writes a failed assertion there before it stops the model.
class ModelOutput {
 public:
  // From here on standard output is the model's.
  ModelOutput() : file_(std::tmpfile()) {
    if (!file_ || dup2(fileno(file_), STDOUT_FILENO) < 0) die("cannot keep what the model prints");
  }
  ~ModelOutput() {
    const std::string text = all();
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fclose(file_);
  }

  // The first error: for an assertion its message and, in brackets, the instance whose contract is broken.
  std::string firstError() {
    const std::string text = all();
    const std::string mark = "Assertion failed in TOP.";
    size_t begin = text.find(mark);
    if (begin == std::string::npos) {
      begin = text.find("%Error");
      if (begin == std::string::npos) begin = text.find('%');
      return begin == std::string::npos ? "the design stopped without a message" : line(text, begin);
    }
    const std::string found = line(text, begin + mark.size());
    const size_t colon = found.find(": ");
    if (colon == std::string::npos) return "an assertion without a message failed in " + found;
    return "assertion failed: " + found.substr(colon + 2) + " [" + found.substr(0, colon) + "]";
  }

 private:
  static std::string line(const std::string& text, size_t begin) {
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  std::string all() {
    std::fflush(stdout);
    std::string text;
    char chunk[4096];
    std::rewind(file_);
    for (size_t n; (n = std::fread(chunk, 1, sizeof chunk, file_)) > 0;) text.append(chunk, n);
    return text;
  }

  FILE* file_;
};

// xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull | 1) {}
  bool hit(uint32_t permille) {
    if (permille == 0) return false;
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return ((state_ * 0x2545f4914f6cdd1dull) >> 40) % 1000 < permille;
  }

 private:
  uint64_t state_;
};

class Bench {
 public:
  Bench(JobFile& job, ResultStream& result, ModelOutput& output, VerilatedContext& context, const char* tracePath)
      : job_(job), result_(result), output_(output), context_(context), tracePath_(tracePath), top_(&context) {
    wordBytes_ = job.u32();
    if (wordBytes_ > sizeof top_.mon_wr_data_o) die("the job's words are wider than the design's");
    stallPermille_ = job.u32();
    dice_ = Dice(job.u64());
    watchdog_ = job.u64();
    limit_ = job.u64();
    tracedImage_ = job.u32();
    traceFirst_ = job.u64();
    traceLast_ = job.u64();
    startAddress_ = job.u32();
    runs_.resize(job.u32());
    for (uint32_t& layers : runs_) layers = job.u32();
    inputFreeAt_ = job.u32();
    memoryLatency_ = job.u32();
    memoryBursts_ = job.u32();
    memoryImage_.resize(job.u32());
    job.bytes(memoryImage_.data(), memoryImage_.size());
#if VM_TRACE
    if (tracedImage_ != kNoImage) {
      if (!tracePath_) die("no file for the trace");
      context_.traceEverOn(true);
      top_.trace(&fst_, 99);
    }
#else
    if (tracedImage_ != kNoImage) die("this simulator was built without tracing");
#endif
  }

  virtual ~Bench() {
    stopTrace();
    top_.final();
  }

  void runJob() {
    reset();
    setUp();
    regions_.resize(job_.u32());
    for (Region& region : regions_) {
      region.address = job_.u32();
      region.words = job_.u32();
    }
    images_ = job_.u32();
    for (uint32_t image = 0; image < images_; image++) {
      image_ = image;
      if (!written_) disturb();
      result_.tag('I');
      imageOpen_ = true;
      result_.value(image);
      imageAt_ = cycle_;
      if (!written_) writeImage();
      written_ = false;
      steps_.clear();
      running_ = coreBusy_ = false;
      runsOver_ = layersOver_ = 0;
      busCycles_ = coreCycles_ = 0;
      waiting_ = "run";
      busy_ = progressBusy_ = 0;
      startTrace();
      run();
      for (uint32_t i = 0; i < regions_.size(); i++) readBack(i, regions_[i]);
      endImage();
    }
  }

  uint64_t cycles() const { return cycle_; }
  uint64_t pausedIn() const { return pausedIn_; }
  uint64_t pausedOut() const { return pausedOut_; }

 protected:
  struct Region {
    uint32_t address, words;
  };

  // What the ports of the design ask for.
  virtual void resetPorts() = 0;
  // Before the first image: program, weights, parameters.
  virtual void setUp() = 0;
  // What no driver should do, and back to where everything works.
  virtual void disturb() = 0;
  virtual void writeImage() = 0;
  virtual void run() = 0;
  virtual void readBack(uint32_t index, const Region& region) = 0;
  // Its results are read.
  virtual void imageOver() {}

  void reset() {
    top_.clk_i = 0;
    resetPorts();
    top_.rst_ni = 1;
    top_.eval();
    top_.rst_ni = 0;
    top_.eval();
    for (int i = 0; i < 4; i++) {
      top_.eval();
      edge();
    }
    top_.rst_ni = 1;
    progressAt_ = cycle_;
  }

  // Ends a cycle whose outputs have settled.
  void endCycle(bool moved) {
    monitor();
    edge();
    if (context_.gotError()) throw GivenUp{output_.firstError() + where()};
    if (moved) progressAt_ = cycle_;
    if (cycle_ - progressAt_ > watchdog_) hang();
    if (!disturbing_ && cycle_ - imageAt_ > limit_) throw GivenUp{endless()};
    if (context_.gotFinish()) throw GivenUp{"the design called $finish in cycle " + std::to_string(cycle_)};
  }

  // One clock cycle; the combinational outputs have settled already.
  void edge() {
    dump();
    context_.timeInc(1);
    top_.clk_i = 1;
    top_.eval();
    dump();
    context_.timeInc(1);
    top_.clk_i = 0;
    cycle_++;
    flushTrace();
  }

  void monitor() {
    if (top_.mon_busy_o) {
      if (!running_) {
        running_ = true;
        busy_ = 0;
      } else {
        busy_++;
      }
      coreBusy_ = true;
      coreCycles_++;
      lastBusy_ = busy_;
    } else if (!runs_.empty() && running_) {
      // Between two runs of an image.
      busy_++;
      if (coreBusy_) layersOver_ += runsOver_ < runs_.size() ? runs_[runsOver_] : 0;
      if (coreBusy_) runsOver_++;
      coreBusy_ = false;
    }
    const uint32_t layer = layersOver_ + top_.mon_layer_o;
    if (layer != lastLayer_) {
      lastLayer_ = layer;
      progress();
    }
    if (top_.mon_step_o) {
      if (steps_.size() <= layer) steps_.resize(layer + 1);
      steps_[layer]++;
      progress();
    }
    if (top_.mon_wr_valid_o) {
      if (!disturbing_) {
        if (!imageOpen_) throw GivenUp{"the core writes although no image is computed" + where()};
        result_.tag('W');
        result_.value<uint16_t>(layer);
        result_.value<uint32_t>(busy_);
        result_.value<uint32_t>(top_.mon_wr_addr_o);
        result_.value<uint8_t>(top_.mon_wr_strb_o);
        result_.bytes(&top_.mon_wr_data_o, wordBytes_);
      }
      progress();
    }
  }

  void progress() {
    progressAt_ = cycle_;
    progressBusy_ = busy_;
  }

  // ", in cycle ..." of the cycle that has just ended.
  std::string where() const {
    if (!running_) return ", in cycle " + std::to_string(cycle_ - 1) + " since reset";
    return ", in layer " + std::to_string(lastLayer_) + ", cycle " + std::to_string(busy_) + " of image " +
           std::to_string(image_);
  }

  // It makes progress, but comes to no end.
  std::string endless() const {
    return std::string(waiting_) + ": image " + std::to_string(image_) + " is not done after " + std::to_string(limit_) +
           " cycles, its limit" + (running_ ? "; the core works in layer " + std::to_string(lastLayer_) : "");
  }

  [[noreturn]] void hang() {
    std::string where = waiting_;
    if (running_) {
      where += ": hang in layer " + std::to_string(lastLayer_) + ", last progress in cycle " +
               std::to_string(progressBusy_) + " of image " + std::to_string(image_);
    } else {
      where += ": no progress for " + std::to_string(watchdog_) + " cycles";
    }
    throw GivenUp{where};
  }

  static uint64_t bits(lutmac::Field field, uint64_t value) {
    return (value & ((uint64_t(1) << field.width) - 1)) << field.position;
  }

  static uint64_t value(lutmac::Field field, uint64_t word) {
    return word >> field.position % 64 & ((uint64_t(1) << field.width) - 1);
  }

  // What the host is to write.
  struct Write {
    uint32_t memory, address, words, beats;
    std::vector<uint64_t> data;
  };
  Write nextWrite() {
    Write write{job_.u32(), job_.u32(), job_.u32(), job_.u32(), {}};
    write.data.resize(size_t(write.words) * write.beats);
    job_.bytes(write.data.data(), write.data.size() * sizeof(uint64_t));
    return write;
  }

  // The result of a region, as the driver has it.
  void readResult(uint32_t index, const std::vector<uint64_t>& words, uint32_t beats) {
    result_.tag('R');
    result_.value(index);
    for (size_t w = 0; w < words.size(); w += beats) result_.bytes(&words[w], wordBytes_);
  }

  // How a run ended that should have gone well.
  [[noreturn]] void stopped(int cause, uint64_t layer, uint64_t cycle) {
    throw GivenUp{std::string("the accelerator stopped: ") + lutmac::error::meaning(cause) + ", in layer " +
                  std::to_string(layer) + ", cycle " + std::to_string(cycle) + " of image " + std::to_string(image_)};
  }

  void endImage() {
    stopTrace();
    imageOver();
    if (unexpected_) throw GivenUp{"the design answered with beats that no command asked for"};
    result_.tag('E');
    imageOpen_ = false;
    result_.value(busyCycles_);
    result_.value(answered_);
    result_.value(busCycles_);
    result_.value<uint32_t>(steps_.size());
    for (uint64_t steps : steps_) result_.value(steps);
    result_.flush();
  }

  void startTrace() {
#if VM_TRACE
    if (image_ == tracedImage_) {
      fst_.open(tracePath_);
      if (!fst_.isOpen()) die(std::string("cannot write the trace ") + tracePath_);
      tracing_ = true;
    }
#endif
  }

  void dump() {
#if VM_TRACE
    if (tracing_ && busy_ >= traceFirst_ && busy_ <= traceLast_) fst_.dump(context_.time());
#endif
  }

  // The writer collects the changes signal by signal out of all that it holds: little of it stays in the caches.
  void flushTrace() {
#if VM_TRACE
    if (tracing_ && cycle_ % kTracedCycles == 0) fst_.flush();
#endif
  }

  void stopTrace() {
#if VM_TRACE
    if (tracing_) fst_.close();
    tracing_ = false;
#endif
  }

  JobFile& job_;
  ResultStream& result_;
  ModelOutput& output_;
  VerilatedContext& context_;
  const char* tracePath_;
  Vlutmac_top top_;
#if VM_TRACE
  VerilatedFstC fst_;
  bool tracing_ = false;
#endif
  Dice dice_{0};
  uint32_t wordBytes_ = 0, stallPermille_ = 0, memoryLatency_ = 0, memoryBursts_ = 0, tracedImage_ = kNoImage, startAddress_ = 0;
  std::vector<uint8_t> memoryImage_;
  std::vector<Region> regions_;
  std::vector<uint32_t> runs_;
  uint32_t runsOver_ = 0, layersOver_ = 0;
  uint64_t busCycles_ = 0, coreCycles_ = 0, lastBusy_ = 0;
  uint64_t watchdog_ = 0, limit_ = 0, imageAt_ = 0, traceFirst_ = 0, traceLast_ = 0;

  uint64_t cycle_ = 0, progressAt_ = 0, progressBusy_ = 0, busy_ = 0, busyCycles_ = 0, answered_ = 0, unexpected_ = 0;
  uint64_t pausedIn_ = 0, pausedOut_ = 0;
  uint32_t images_ = 0, image_ = kNoImage, inputFreeAt_ = kNever, lastLayer_ = 0;
  // The image that comes next was written beside the run before it.
  bool written_ = false;
  bool running_ = false, coreBusy_ = false, disturbing_ = false, imageOpen_ = false;
  std::string waiting_ = "reset";
  std::vector<uint64_t> steps_;
};

}  // namespace
