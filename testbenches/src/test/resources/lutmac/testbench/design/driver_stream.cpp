// The driver lutmac.c against a verilated accelerator behind streams: driver_stream IMAGE CODES OUTPUT loads a memory
// image, runs an image twice, writes its output, and prints class and cycles.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "Vlutmac_top.h"
#include "verilated.h"
extern "C" {
#include "lutmac_design.h"
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

int receive(void* context, uint64_t* beat) {
  Vlutmac_top& top = *static_cast<Vlutmac_top*>(context);
  top.out_ready_i = 1;
  for (int cycle = 0; cycle < kPatience; cycle++) {
    top.eval();
    const bool moved = top.out_valid_o;
    *beat = top.out_data_o;
    tick(top);
    if (moved) {
      top.out_ready_i = 0;
      return 0;
    }
  }
  return 1;
}

}  // namespace

int main(int, char** arguments) {
  const lutmac_description* design = &lutmac_design;
  const std::vector<uint8_t> image = contents(arguments[1]), codes = contents(arguments[2]);
  Vlutmac_top top;
  top.rst_ni = 0;
  for (int i = 0; i < 4; i++) tick(top);
  top.rst_ni = 1;
  tick(top);
  lutmac_stream stream = {send, receive, &top};
  if (lutmac_stream_load(&stream, image.data()) != LUTMAC_OK) return 6;
  std::vector<uint8_t> input(design->input_bytes), output(design->output_bytes);
  lutmac_pack(design, codes.data(), input.data());
  lutmac_result result = {};
  for (int run = 0; run < 2; run++) {
    const int outcome = lutmac_stream_run(&stream, image.data(), input.data(), output.data(), &result);
    if (outcome != LUTMAC_OK) {
      std::fprintf(stderr, "outcome %d, cause %u at %llu\n", outcome, result.cause, (unsigned long long)result.address);
      return 7;
    }
  }
  std::ofstream(arguments[3], std::ios::binary).write(reinterpret_cast<const char*>(output.data()), output.size());
  std::printf("class %u, %u cycles\n", lutmac_argmax(design, 0, output.data()), result.cycles);
  top.final();
  return 0;
}
