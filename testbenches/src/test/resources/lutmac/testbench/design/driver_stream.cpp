// The driver lutmac.c against a verilated accelerator behind streams: driver_stream IMAGE CODES OUTPUT loads a memory
// image, runs an image twice, writes its output, and prints class and cycles. Between the runs it asks for what the
// accelerator refuses, after which everything must go on. driver_stream serve TO FROM is the accelerator for a program that
// writes beats to one pipe and reads them from the other.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "Vlutmac_top.h"
#include "verilated.h"
extern "C" {
#include "lutmac_design.h"
#include "lutmac_regs.h"
#include "lutmac_stream.h"
}

namespace {

constexpr int kPatience = 1000000;

std::vector<uint8_t> contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) std::exit(3);
  return {std::istreambuf_iterator<char>(file), {}};
}

void tick(Vlutmac_top& top) {
  top.clk_i = 1;
  top.eval();
  top.clk_i = 0;
  top.eval();
}

int send(void* context, uint64_t beat) {
  Vlutmac_top& top = *static_cast<Vlutmac_top*>(context);
  top.in_valid_i = 1;
  top.in_data_i = beat;
  for (int cycle = 0; cycle < kPatience; cycle++) {
    top.eval();
    const bool moved = top.in_ready_o;
    tick(top);
    if (moved) {
      top.in_valid_i = 0;
      return 0;
    }
  }
  return 1;
}

// Beats since one that ended an answer; answers that have ended.
size_t openBeats = 0, answers = 0;

void received(bool last) {
  openBeats = last ? 0 : openBeats + 1;
  answers += last;
}

int receive(void* context, uint64_t* beat) {
  Vlutmac_top& top = *static_cast<Vlutmac_top*>(context);
  top.out_ready_i = 1;
  for (int cycle = 0; cycle < kPatience; cycle++) {
    top.eval();
    const bool moved = top.out_valid_o;
    if (moved) received(top.out_last_o);
    *beat = top.out_data_o;
    tick(top);
    if (moved) {
      top.out_ready_i = 0;
      return 0;
    }
  }
  return 1;
}

// Sets a field of a 64-bit word of an image.
void put(std::vector<uint8_t>& image, size_t byte, uint32_t bit, uint32_t bits, uint64_t value) {
  uint64_t word = 0;
  for (int i = 7; i >= 0; i--) word = word << 8 | image[byte + i];
  const uint64_t mask = ((uint64_t(1) << bits) - 1) << bit;
  word = (word & ~mask) | (value << bit & mask);
  for (int i = 0; i < 8; i++) image[byte + i] = uint8_t(word >> 8 * i);
}

uint32_t number(const std::vector<uint8_t>& image, size_t byte) {
  return image[byte] | image[byte + 1] << 8 | image[byte + 2] << 16 | uint32_t(image[byte + 3]) << 24;
}

// The first entry of the script that has an operation.
size_t entry(const std::vector<uint8_t>& image, uint32_t operation) {
  size_t at = 8 * LUTMAC_IMAGE_HEADER_WORDS;
  while ((image[at] & 15) != operation) at += 8 * LUTMAC_IMAGE_ENTRY_WORDS;
  return at;
}

// Starts a run, as another program may that ends before its answer comes.
void leaveRunning(const lutmac_stream& stream, const std::vector<uint8_t>& image) {
  const size_t at = entry(image, LUTMAC_COMMAND_RUN);
  uint64_t command = 0;
  for (int i = 7; i >= 0; i--) command = command << 8 | image[at + i];
  if (stream.send(stream.context, command) != 0) std::exit(17);
}

// Asks for what is refused or stopped, and exits where the driver does not say so.
void disturb(const lutmac_stream& stream, const std::vector<uint8_t>& image, const uint8_t* input, uint8_t* output) {
  lutmac_result result = {};
  std::vector<uint8_t> wrong = image;
  put(wrong, entry(wrong, LUTMAC_COMMAND_RUN), LUTMAC_COMMAND_WORDS_BIT, LUTMAC_COMMAND_WORDS_BITS, 5);
  if (lutmac_stream_run(&stream, wrong.data(), input, output, &result) != LUTMAC_FAILED || result.cause != LUTMAC_CAUSE_LIMIT) std::exit(11);
  wrong = image;
  put(wrong, entry(wrong, LUTMAC_COMMAND_WRITE), LUTMAC_COMMAND_ADDRESS_BIT, LUTMAC_COMMAND_ADDRESS_BITS, 0xffffff);
  if (lutmac_stream_run(&stream, wrong.data(), input, output, &result) != LUTMAC_FAILED || result.cause != LUTMAC_CAUSE_RANGE) std::exit(12);
  if (result.address != 0xffffff) std::exit(13);
  wrong = image;
  put(wrong, number(image, LUTMAC_IMAGE_SETUP_OFFSET_OFFSET), LUTMAC_COMMAND_MEMORY_BIT, LUTMAC_COMMAND_MEMORY_BITS, 9);
  if (lutmac_stream_load(&stream, wrong.data()) != LUTMAC_MISMATCH) std::exit(14);
  // As if another program had left it there: all commands are refused.
  if (stream.send(stream.context, 15) != 0) std::exit(15);
  if (lutmac_stream_load(&stream, image.data()) != LUTMAC_OK) std::exit(16);
  leaveRunning(stream, image);
  if (lutmac_stream_check(&stream, &lutmac_design) != LUTMAC_OK) std::exit(18);
  leaveRunning(stream, image);
  if (lutmac_stream_load(&stream, image.data()) != LUTMAC_OK) std::exit(19);
}

void reset(Vlutmac_top& top) {
  top.rst_ni = 0;
  for (int i = 0; i < 4; i++) tick(top);
  top.rst_ni = 1;
  tick(top);
}

// Until the other end of a pipe is closed.
int serve(Vlutmac_top& top, const char* to, const char* from) {
  const int in = open(to, O_RDONLY), out = open(from, O_WRONLY);
  if (in < 0 || out < 0) return 30;
  fcntl(in, F_SETFL, O_NONBLOCK);
  uint8_t bytes[8];
  ssize_t held = 0;
  top.out_ready_i = 1;
  for (;;) {
    if (held < 8) {
      const ssize_t moved = read(in, bytes + held, 8 - held);
      if (moved == 0) return 0;
      if (moved > 0) held += moved;
    }
    top.in_valid_i = held == 8;
    top.in_data_i = 0;
    for (int i = 0; i < 8; i++) top.in_data_i |= uint64_t(bytes[i]) << 8 * i;
    top.eval();
    if (top.in_valid_i && top.in_ready_o) held = 0;
    if (top.out_valid_o) {
      uint8_t beat[8];
      for (int i = 0; i < 8; i++) beat[i] = uint8_t(top.out_data_o >> 8 * i);
      if (write(out, beat, 8) != 8) return 31;
    }
    tick(top);
  }
}

}  // namespace

int main(int count, char** arguments) {
  Vlutmac_top top;
  reset(top);
  if (count == 4 && std::string(arguments[1]) == "serve") return serve(top, arguments[2], arguments[3]);
  const lutmac_description* design = &lutmac_design;
  const std::vector<uint8_t> image = contents(arguments[1]), codes = contents(arguments[2]);
  lutmac_stream stream = {send, receive, &top};
  if (lutmac_stream_check(&stream, design) != LUTMAC_OK) return 5;
  lutmac_description another = *design;
  another.columns++;
  if (lutmac_stream_check(&stream, &another) != LUTMAC_MISMATCH) return 9;
  if (lutmac_stream_load(&stream, image.data()) != LUTMAC_OK) return 6;
  std::vector<uint8_t> input(design->input_bytes), output(design->output_bytes);
  lutmac_pack(design, codes.data(), input.data());
  lutmac_result result = {};
  for (int run = 0; run < 2; run++) {
    if (run > 0) disturb(stream, image, input.data(), output.data());
    const int outcome = lutmac_stream_run(&stream, image.data(), input.data(), output.data(), &result);
    if (outcome != LUTMAC_OK) {
      std::fprintf(stderr, "outcome %d, cause %u at %llu\n", outcome, result.cause, (unsigned long long)result.address);
      return 7;
    }
  }
  // Three inputs one behind the other are answered as each of them alone.
  std::vector<uint8_t> reversed(codes.rbegin(), codes.rend()), other(input.size()), expected(output.size());
  lutmac_pack(design, reversed.data(), other.data());
  if (lutmac_stream_run(&stream, image.data(), other.data(), expected.data(), &result) != LUTMAC_OK) return 20;
  std::vector<std::vector<uint8_t>> got(3, std::vector<uint8_t>(output.size()));
  const uint8_t* inputs[] = {input.data(), other.data(), input.data()};
  uint8_t* outputs[] = {got[0].data(), got[1].data(), got[2].data()};
  if (lutmac_stream_series(&stream, design, image.data(), 3, inputs, outputs, &result) != LUTMAC_OK) return 21;
  if (got[0] != output || got[1] != expected || got[2] != output) return 22;
  if (got[0] == got[1]) return 23;
  std::ofstream(arguments[3], std::ios::binary).write(reinterpret_cast<const char*>(output.data()), output.size());
  std::printf("class %u, %u cycles\n", lutmac_argmax(design, 0, output.data()), result.cycles);
  if (openBeats != 0 || answers == 0) return 24;
  top.final();
  return 0;
}
