// Self-checking testbench of lutmac_core: random programs against plain loops over tensors, with random latency and
// random stalls on every port. Descriptors and memory images are built here from docs/hardware.md, independently of
// the compiler; only the places of fields come from the definition that both share. Macros ROWS, COLS: the array's shape.
//
//   core_tb random SEED PROGRAMS     exit 0 if every word that the core wrote is right
//   core_tb utilization              ideal memories; prints busy share, hand-over and cycles

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "Vlutmac_core.h"
#include "lutmac_layout.h"
#include "verilated.h"

namespace {

constexpr int P = ROWS;
constexpr int M = COLS;
constexpr int kFmWords = 1 << 16;
constexpr int kWeightWords = 1 << 14;
constexpr int kParamWords = 1 << 8;
constexpr int kProgramWords = 1 << 12;
constexpr int kParBytes = (M * lutmac::memory::kParameterBits + 7) / 8;
constexpr int kCodeBytes = (M * lutmac::memory::kCodeBits + 7) / 8;

std::mt19937 rng;
int any(int lo, int hi) { return std::uniform_int_distribution<int>(lo, hi)(rng); }
bool chance(int percent) { return any(0, 99) < percent; }

[[noreturn]] void fail(const std::string& message) {
  std::printf("FAIL %s\n", message.c_str());
  std::exit(1);
}

// ---------------------------------------------------------------- ports of any width

using Word = std::vector<uint8_t>;

template <class T>
void drive(T& port, const Word& word) {
  T value = 0;
  for (size_t i = 0; i < word.size() && i < sizeof(T); i++) value |= T(T(word[i]) << (8 * i));
  port = value;
}
template <std::size_t N>
void drive(VlWide<N>& port, const Word& word) {
  for (size_t i = 0; i < N; i++) port[i] = 0;
  for (size_t i = 0; i < word.size(); i++) port[i / 4] |= uint32_t(word[i]) << (8 * (i % 4));
}
template <class T>
Word sample(const T& port, int bytes) {
  Word word(bytes);
  for (int i = 0; i < bytes; i++) word[i] = uint8_t(port >> (8 * i));
  return word;
}
template <std::size_t N>
Word sample(const VlWide<N>& port, int bytes) {
  Word word(bytes);
  for (int i = 0; i < bytes; i++) word[i] = uint8_t(port[i / 4] >> (8 * (i % 4)));
  return word;
}

void put_bits(Word& word, int position, int bits, uint64_t value) {
  for (int i = 0; i < bits; i++) {
    int at = position + i;
    uint8_t mask = uint8_t(1u << (at % 8));
    word[at / 8] = uint8_t((word[at / 8] & ~mask) | (((value >> i) & 1) ? mask : 0));
  }
}

void put_parameter(Word& word, int lane, lutmac::Field field, uint64_t value) {
  put_bits(word, lutmac::memory::kParameterBits * lane + field.position, field.width, value);
}

// ---------------------------------------------------------------- a program and what it must write

struct Map {
  int c = 0, h = 0, w = 0;
  bool is_signed = false;
  int base = 0;
  std::vector<int> codes;  // [c][h][w]
  int at(int ch, int y, int x) const { return codes[(ch * h + y) * w + x]; }
};

struct Expected {
  int layer;
  int lanes;  // valid ones
  Word word;
};

struct Program {
  std::vector<Word> fm = std::vector<Word>(kFmWords, Word(M));
  std::vector<Word> weights = std::vector<Word>(kWeightWords, Word(kCodeBytes));
  std::vector<Word> params = std::vector<Word>(kParamWords, Word(kParBytes));
  std::vector<uint32_t> words;
  std::map<int, Expected> expected;
  int start = 0;
  int layers = 0;
  int fm_used = 0, weights_used = 0, params_used = 0;
  std::vector<std::string> names;
};

struct Descriptor {
  uint32_t word[lutmac::descriptor::kWords] = {};
  void set(lutmac::Field field, int64_t value) {
    uint32_t& target = word[field.position / 32];
    int low = field.position % 32;
    uint32_t mask = (field.width == 32 ? 0xffffffffu : (1u << field.width) - 1) << low;
    target = (target & ~mask) | ((uint32_t(value) << low) & mask);
  }
};

int ceil_div(int a, int b) { return (a + b - 1) / b; }

int allocate(Program& program, int words) {
  int base = program.fm_used;
  program.fm_used += words + any(0, 3);
  return base;
}

Map random_input(Program& program, int c, int h, int w) {
  Map map;
  map.c = c, map.h = h, map.w = w;
  map.is_signed = chance(50);
  map.codes.resize(c * h * w);
  for (int& code : map.codes) code = map.is_signed ? any(-128, 127) : any(0, 255);
  map.base = allocate(program, ceil_div(c, M) * h * w);
  for (int ch = 0; ch < c; ch++)
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++)
        program.fm[map.base + (ch / M * h + y) * w + x][ch % M] = uint8_t(map.at(ch, y, x));
  return map;
}

// Two nested pixel loops (px, py) in (wx, wy); a pixel's input position is (wx*wstep + px*pstep - pad).
struct Walk {
  int px_n, py_n, wx_n, wy_n;
  int pstep_x, pstep_y, wstep_x, wstep_y, pad_x, pad_y;
};

using namespace lutmac::descriptor;

void set_walk(Descriptor& d, const Walk& k, const Map& in) {
  d.set(kPxN, k.px_n), d.set(kPyN, k.py_n);
  d.set(kWxN, k.wx_n), d.set(kWyN, k.wy_n);
  int back_px = (k.px_n - 1) * k.pstep_x, back_py = (k.py_n - 1) * k.pstep_y;
  int dx[4] = {k.pstep_x, -back_px, k.wstep_x - back_px, -((k.wx_n - 1) * k.wstep_x + back_px)};
  int dy[4] = {0, k.pstep_y, -back_py, k.wstep_y - back_py};
  const lutmac::Field address[4] = {kPxAddr, kPyAddr, kWxAddr, kWyAddr};
  const lutmac::Field x[4] = {kPxDx, kPyDx, kWxDx, kWyDx}, y[4] = {kPxDy, kPyDy, kWxDy, kWyDy};
  for (int level = 0; level < 4; level++) {
    d.set(address[level], dy[level] * in.w + dx[level]);
    d.set(x[level], dx[level]), d.set(y[level], dy[level]);
  }
  d.set(kStartAddr, in.base - k.pad_y * in.w - k.pad_x);
  d.set(kStartX, -k.pad_x), d.set(kStartY, -k.pad_y);
  d.set(kInW, in.w), d.set(kInH, in.h);
}

// ---------------------------------------------------------------- layers

struct Conv {
  int in_c, out_c, kh, kw, sy, sx, dily, dilx, top, bottom, left, right;
  int pool_h = 1, pool_w = 1;
  bool skip = false, skip_signed = false, raw = false, sum = false, half_up = false;
  int lo = 0, hi = 255;
  int seg_phases = 1;
  int max_shift = 14;
};

// Rounds v / 2^shift; ties to even, or up.
int64_t divide_rounded(int64_t v, int shift, bool half_up) {
  int64_t unit = int64_t(1) << shift;
  int64_t quotient = v / unit;
  int64_t rest = v % unit;
  if (rest < 0) rest += unit, quotient -= 1;
  if (2 * rest > unit) return quotient + 1;
  if (2 * rest == unit) return half_up || quotient % 2 != 0 ? quotient + 1 : quotient;
  return quotient;
}

void finish(Program& program, Descriptor& d, const std::vector<uint32_t>& table, bool last) {
  d.set(kLastLayer, last);
  d.set(kTableN, int(table.size()));
  program.words.insert(program.words.end(), d.word, d.word + kWords);
  program.words.insert(program.words.end(), table.begin(), table.end());
  program.layers++;
}

// A table entry of zero, one or two signed digits in non-adjacent form, and its value.
void random_entry(uint32_t& word, int& value) {
  using namespace lutmac::digit;
  auto slot = [](int shift, bool neg) {
    return uint32_t(shift << kShift.position | neg << kNeg.position | 1 << kNz.position);
  };
  int low = any(0, 5), high = any(low + 2, 7);
  bool low_neg = chance(50), high_neg = chance(50);
  int low_value = (low_neg ? -1 : 1) * (1 << low), high_value = (high_neg ? -1 : 1) * (1 << high);
  int digits = any(0, 9);
  if (digits == 0) {
    word = 0, value = 0;
  } else if (digits < 4) {
    word = slot(low, low_neg) << kBits, value = low_value;
  } else if (digits == 4) {
    high = any(6, 7), high_neg = high_neg || high == 7;
    word = slot(high, high_neg), value = (high_neg ? -1 : 1) * (1 << high);
  } else {
    if (high == 7 && high_neg == low_neg) low_neg = !high_neg, low_value = -low_value;
    word = slot(high, high_neg) | slot(low, low_neg) << kBits, value = high_value + low_value;
  }
}

bool fits(const Map& in, const Conv& c) {
  int oh = (in.h + c.top + c.bottom - ((c.kh - 1) * c.dily + 1)) / c.sy + 1;
  int ow = (in.w + c.left + c.right - ((c.kw - 1) * c.dilx + 1)) / c.sx + 1;
  if (in.h + c.top + c.bottom < (c.kh - 1) * c.dily + 1) return false;
  if (in.w + c.left + c.right < (c.kw - 1) * c.dilx + 1) return false;
  if (oh < c.pool_h || ow < c.pool_w) return false;
  int rows = oh / c.pool_h * c.pool_h * (ow / c.pool_w) * c.pool_w;
  int64_t steps = int64_t(c.kh) * c.kw * c.in_c * ceil_div(c.out_c, M);
  return steps <= 4000 && steps * ceil_div(rows, P) <= 40000;
}

Map add_conv(Program& program, const Map& in, const Conv& c, bool last) {
  int layer = program.layers;
  int oh = (in.h + c.top + c.bottom - ((c.kh - 1) * c.dily + 1)) / c.sy + 1;
  int ow = (in.w + c.left + c.right - ((c.kw - 1) * c.dilx + 1)) / c.sx + 1;
  int wy_n = oh / c.pool_h, wx_n = ow / c.pool_w;
  int window = c.pool_h * c.pool_w;
  int rows = wy_n * wx_n * window;
  int ob_n = ceil_div(c.out_c, M), cb_n = ceil_div(c.in_c, M);
  int tile_n = ceil_div(rows, P);
  int steps = c.kh * c.kw * c.in_c;
  int phases = c.kh * c.kw * cb_n;
  bool out_signed = c.lo < 0;

  // Table and weight codes.
  std::vector<uint32_t> table(16);
  int value[16];
  for (int code = 0; code < 16; code++) {
    random_entry(table[code], value[code]);
  }
  std::vector<int> code(c.out_c * steps);  // [out][in][ky][kx]
  for (int& k : code) k = any(0, 15);
  auto code_at = [&](int o, int ch, int ky, int kx) { return code[((o * c.in_c + ch) * c.kh + ky) * c.kw + kx]; };

  int w_base = program.weights_used;
  program.weights_used += ob_n * steps;
  for (int o = 0; o < c.out_c; o++) {
    int r = 0;
    for (int ky = 0; ky < c.kh; ky++)
      for (int kx = 0; kx < c.kw; kx++)
        for (int ch = 0; ch < c.in_c; ch++, r++)
          put_bits(program.weights[w_base + o / M * steps + r], 4 * (o % M), 4, uint64_t(code_at(o, ch, ky, kx)));
  }

  int par_base = program.params_used;
  program.params_used += ob_n;
  std::vector<int> bias(c.out_c), shift(c.out_c), align(c.out_c);
  for (int o = 0; o < c.out_c; o++) {
    bias[o] = any(-100000, 100000);
    shift[o] = chance(3) ? any(0, 31) : any(0, c.max_shift);
    align[o] = any(0, 14);
    put_parameter(program.params[par_base + o / M], o % M, lutmac::parameter::kBias, uint32_t(bias[o]));
    put_parameter(program.params[par_base + o / M], o % M, lutmac::parameter::kShift, uint64_t(shift[o]));
    put_parameter(program.params[par_base + o / M], o % M, lutmac::parameter::kAlign, uint64_t(align[o]));
  }

  // Skip words, one a row in walk order.
  int skip_stride = rows + any(0, 2);
  int skip_base = 0;
  std::vector<int> skip(c.out_c * rows);
  if (c.skip) {
    skip_base = allocate(program, ob_n * skip_stride);
    for (int o = 0; o < c.out_c; o++)
      for (int n = 0; n < rows; n++) {
        int s = c.skip_signed ? any(-128, 127) : any(0, 255);
        skip[o * rows + n] = s;
        program.fm[skip_base + o / M * skip_stride + n][o % M] = uint8_t(s);
      }
  }

  // Convolution by its definition.
  std::vector<int64_t> acc(c.out_c * oh * ow);
  for (int o = 0; o < c.out_c; o++)
    for (int y = 0; y < oh; y++)
      for (int x = 0; x < ow; x++) {
        int64_t sum = 0;
        for (int ch = 0; ch < c.in_c; ch++)
          for (int ky = 0; ky < c.kh; ky++)
            for (int kx = 0; kx < c.kw; kx++) {
              int iy = y * c.sy + ky * c.dily - c.top, ix = x * c.sx + kx * c.dilx - c.left;
              if (iy >= 0 && iy < in.h && ix >= 0 && ix < in.w) sum += in.at(ch, iy, ix) * value[code_at(o, ch, ky, kx)];
            }
        acc[(o * oh + y) * ow + x] = sum;
      }

  Map out;
  out.c = c.out_c, out.h = c.sum ? 1 : wy_n, out.w = c.sum ? 1 : wx_n, out.is_signed = out_signed;
  out.codes.resize(out.c * out.h * out.w);
  int out_rows = out.h * out.w;
  int out_words = c.raw ? 4 * out_rows : out_rows;
  int out_stride = out_words + (c.raw ? any(0, 3) : 0);
  out.base = allocate(program, ob_n * out_stride);
  for (int ob = 0; ob < ob_n; ob++)
    for (int n = 0; n < out_words; n++) {
      int lanes = std::min(M, c.out_c - ob * M);
      program.expected[out.base + ob * out_stride + n] = Expected{layer, lanes, Word(M)};
    }
  for (int o = 0; o < c.out_c; o++)
    for (int wy = 0; wy < out.h; wy++)
      for (int wx = 0; wx < out.w; wx++) {
        int best = 0;
        for (int i = 0; i < (c.sum ? 1 : window); i++) {
          int y = wy * c.pool_h + i / c.pool_w, x = wx * c.pool_w + i % c.pool_w;
          int n = (wy * out.w + wx) * (c.sum ? 1 : window) + i;
          int64_t v = 0;
          if (c.sum) {
            for (int k = 0; k < oh * ow; k++) v += acc[o * oh * ow + k];
          } else {
            v = acc[(o * oh + y) * ow + x];
          }
          v += bias[o];
          if (c.skip) v += int64_t(skip[o * rows + n]) << align[o];
          if (v != int64_t(int32_t(v))) fail("testbench: a sum leaves 32 bits");
          if (c.raw) {
            for (int k = 0; k < 4; k++)
              program.expected[out.base + o / M * out_stride + 4 * (wy * out.w + wx) + k].word[o % M] =
                  uint8_t(uint32_t(int32_t(v)) >> (8 * k));
          } else {
            int64_t r = divide_rounded(v, shift[o], c.half_up);
            int result = int(r < c.lo ? c.lo : r > c.hi ? c.hi : r);
            best = i == 0 || result > best ? result : best;
          }
        }
        if (!c.raw) {
          out.codes[(o * out.h + wy) * out.w + wx] = best;
          program.expected[out.base + o / M * out_stride + wy * out.w + wx].word[o % M] = uint8_t(best);
        }
      }

  Descriptor d;
  d.set(kInSigned, in.is_signed), d.set(kSkipEn, c.skip), d.set(kRawOut, c.raw), d.set(kSumPixels, c.sum);
  d.set(kHalfUp, c.half_up), d.set(kSkipSigned, c.skip_signed), d.set(kOutSigned, out_signed);
  set_walk(d,
           Walk{c.pool_w, c.pool_h, wx_n, wy_n, c.sx, c.sy, c.pool_w * c.sx, c.pool_h * c.sy, c.left, c.top}, in);
  d.set(kCbN, cb_n), d.set(kKxN, c.kw), d.set(kKyN, c.kh);
  int back_cb = (cb_n - 1) * in.h * in.w, back_kx = (c.kw - 1) * c.dilx;
  d.set(kCbAddr, in.h * in.w);
  d.set(kKxAddr, c.dilx - back_cb);
  d.set(kKyAddr, c.dily * in.w - back_kx - back_cb);
  d.set(kKxDx, c.dilx), d.set(kKxDy, 0);
  d.set(kKyDx, -back_kx), d.set(kKyDy, c.dily);
  d.set(kLanesFull, M), d.set(kLanesLast, c.in_c - (cb_n - 1) * M), d.set(kSegPhases, c.seg_phases);
  d.set(kObN, ob_n), d.set(kTileN, tile_n);
  d.set(kWBase, w_base), d.set(kSteps, steps), d.set(kParBase, par_base);
  d.set(kWindowN, window), d.set(kRowsLast, rows - (tile_n - 1) * P);
  d.set(kOutBase, out.base), d.set(kOutStride, out_stride);
  d.set(kSkipBase, skip_base), d.set(kSkipStride, skip_stride);
  d.set(kLo, c.lo), d.set(kHi, c.hi);
  d.set(kSegN, ceil_div(phases, c.seg_phases));
  finish(program, d, table, last);

  char name[300];
  std::snprintf(name, sizeof name,
                "conv %dx%dx%d->%d kernel %dx%d stride %d,%d dilation %d,%d pads %d,%d,%d,%d pool %dx%d skip %d "
                "raw %d sum %d half_up %d seg_phases %d signed %d",
                in.c, in.h, in.w, c.out_c, c.kh, c.kw, c.sy, c.sx, c.dily, c.dilx, c.top, c.left, c.bottom, c.right,
                c.pool_h, c.pool_w, c.skip, c.raw, c.sum, c.half_up, c.seg_phases, in.is_signed);
  program.names.push_back(name);
  return out;
}

Map add_pool(Program& program, const Map& in, int kh, int kw, int sy, int sx, int top, int left, int bottom, int right,
             bool last) {
  int layer = program.layers;
  Map out;
  out.c = in.c, out.is_signed = in.is_signed;
  out.h = (in.h + top + bottom - kh) / sy + 1;
  out.w = (in.w + left + right - kw) / sx + 1;
  out.codes.resize(out.c * out.h * out.w);
  int blocks = ceil_div(in.c, M);
  int out_stride = out.h * out.w;
  out.base = allocate(program, blocks * out_stride);
  for (int b = 0; b < blocks; b++)
    for (int n = 0; n < out_stride; n++)
      program.expected[out.base + b * out_stride + n] = Expected{layer, std::min(M, in.c - b * M), Word(M)};
  for (int ch = 0; ch < in.c; ch++)
    for (int y = 0; y < out.h; y++)
      for (int x = 0; x < out.w; x++) {
        int best = in.is_signed ? -128 : 0;
        for (int ky = 0; ky < kh; ky++)
          for (int kx = 0; kx < kw; kx++) {
            int iy = y * sy + ky - top, ix = x * sx + kx - left;
            if (iy >= 0 && iy < in.h && ix >= 0 && ix < in.w) best = std::max(best, in.at(ch, iy, ix));
          }
        out.codes[(ch * out.h + y) * out.w + x] = best;
        program.expected[out.base + ch / M * out_stride + y * out.w + x].word[ch % M] = uint8_t(best);
      }

  Descriptor d;
  d.set(kPool, 1), d.set(kOutSigned, in.is_signed);
  set_walk(d, Walk{kw, kh, out.w, out.h, 1, 1, sx, sy, left, top}, in);
  d.set(kCbAddr, in.h * in.w);
  d.set(kObN, blocks);
  d.set(kWindowN, kh * kw);
  d.set(kOutBase, out.base), d.set(kOutStride, out_stride);
  finish(program, d, {}, last);

  char name[200];
  std::snprintf(name, sizeof name, "pool %dx%dx%d window %dx%d stride %d,%d pads %d,%d,%d,%d signed %d", in.c, in.h,
                in.w, kh, kw, sy, sx, top, left, bottom, right, in.is_signed);
  program.names.push_back(name);
  return out;
}

Conv random_conv(const Map& in) {
  for (;;) {
    Conv c;
    c.in_c = in.c;
    c.out_c = any(1, 2 * M + M / 2);
    c.kh = any(1, 5), c.kw = any(1, 5);
    c.sy = any(1, 3), c.sx = any(1, 3);
    c.dily = any(1, 2), c.dilx = any(1, 2);
    c.top = any(0, 2), c.bottom = any(0, 2), c.left = any(0, 2), c.right = any(0, 2);
    if (chance(30)) c.pool_h = any(1, 3), c.pool_w = any(1, 3);
    c.skip = chance(35), c.skip_signed = chance(50);
    c.half_up = chance(50);
    if (c.pool_h * c.pool_w == 1) c.raw = chance(20), c.sum = !c.skip && chance(30);
    if (chance(50)) c.lo = -128, c.hi = 127;
    if (c.lo == 0 && chance(30)) c.hi = any(1, 254);
    if (!fits(in, c)) continue;
    int phases = c.kh * c.kw * ceil_div(c.in_c, M);
    c.seg_phases = chance(50) ? phases : any(1, phases);
    return c;
  }
}

Program random_program() {
  Program program;
  for (Word& word : program.fm)
    for (uint8_t& byte : word) byte = uint8_t(rng());
  program.start = any(0, 50);
  program.words.resize(program.start, 0xdeadbeef);
  int layers = any(1, 4);
  Map in;
  bool chained = false;
  for (int i = 0; i < layers; i++) {
    bool last = i == layers - 1;
    if (!chained || chance(30)) in = random_input(program, any(1, 2 * M + M / 2), any(1, 9), any(1, 9));
    if (chance(25)) {
      int kh = any(1, 3), kw = any(1, 3), top = any(0, kh - 1), left = any(0, kw - 1);
      int bottom = any(0, kh - 1), right = any(0, kw - 1);
      if (in.h + top + bottom >= kh && in.w + left + right >= kw) {
        in = add_pool(program, in, kh, kw, any(1, 3), any(1, 3), top, left, bottom, right, last);
        chained = true;
        continue;
      }
    }
    Conv c = random_conv(in);
    in = add_conv(program, in, c, last);
    chained = !c.raw;
  }
  if (program.fm_used > kFmWords || program.weights_used > kWeightWords || program.params_used > kParamWords ||
      int(program.words.size()) > kProgramWords)
    return random_program();
  return program;
}

// ---------------------------------------------------------------- the core and its memories

struct Timing {
  int stall = 0;        // of 16 cycles
  int min_latency = 1;
  int max_latency = 1;
  int depth = 8;        // requests under way
};

// One request/response port with a memory behind it.
struct Port {
  struct Answer {
    uint64_t at;
    Word word;
    int tag;
  };
  const char* name;
  Timing timing;
  std::deque<Answer> answers;
  bool ready = false, offered = false;
  bool waiting = false;
  uint64_t waiting_payload = 0;

  void begin(uint64_t cycle) {
    ready = int(answers.size()) < timing.depth && any(0, 15) >= timing.stall;
    if (!offered) offered = !answers.empty() && answers.front().at <= cycle && any(0, 15) >= timing.stall;
  }
  void check_stable(bool valid, uint64_t payload) {
    if (waiting && (!valid || payload != waiting_payload))
      fail(std::string(name) + ": a waiting request changed");
    waiting = valid && !ready;
    waiting_payload = payload;
  }
  void request(uint64_t cycle, const Word& word, int tag) {
    answers.push_back({cycle + any(timing.min_latency, timing.max_latency), word, tag});
  }
  void taken() {
    answers.pop_front();
    offered = false;
  }
};

struct Bench {
  VerilatedContext context;
  Vlutmac_core core{&context};
  uint64_t cycle = 0;

  struct Result {
    uint64_t cycles = 0;
    std::vector<uint64_t> first_step, last_step, steps, last_write;
  };

  void clock() {
    core.clk_i = 1;
    core.eval();
    core.clk_i = 0;
    core.eval();
    cycle++;
  }

  void reset() {
    core.rst_ni = 1;
    core.clk_i = 0;
    core.eval();
    core.rst_ni = 0;
    core.eval();
    clock();
    clock();
    core.rst_ni = 1;
    core.eval();
  }

  Result run(Program& program, const std::map<std::string, Timing>& timing) {
    Port prog{"program", timing.at("program")}, wgt{"weights", timing.at("weights")};
    Port par{"parameters", timing.at("parameters")}, act{"activations", timing.at("activations")};
    Port skip{"skip", timing.at("skip")}, out{"output", timing.at("output")};
    Result result;
    result.first_step.assign(program.layers, 0);
    result.last_step = result.steps = result.last_write = result.first_step;
    bool start = true;
    uint64_t begin = cycle;
    int done = 0;
    while (true) {
      for (Port* port : {&prog, &wgt, &par, &act, &skip, &out}) port->begin(cycle);
      core.start_valid_i = start;
      core.start_pc_i = program.start;
      core.prog_req_ready_i = prog.ready, core.wgt_req_ready_i = wgt.ready, core.par_req_ready_i = par.ready;
      core.act_req_ready_i = act.ready, core.skip_req_ready_i = skip.ready, core.out_ready_i = out.ready;
      core.prog_rsp_valid_i = prog.offered, core.wgt_rsp_valid_i = wgt.offered, core.par_rsp_valid_i = par.offered;
      core.act_rsp_valid_i = act.offered, core.skip_rsp_valid_i = skip.offered;
      if (prog.offered) drive(core.prog_rsp_data_i, prog.answers.front().word);
      if (wgt.offered) drive(core.wgt_rsp_data_i, wgt.answers.front().word);
      if (par.offered) drive(core.par_rsp_data_i, par.answers.front().word);
      if (act.offered) {
        drive(core.act_rsp_data_i, act.answers.front().word);
        core.act_rsp_tag_i = act.answers.front().tag;
      }
      if (skip.offered) drive(core.skip_rsp_data_i, skip.answers.front().word);
      core.eval();

      if (start && core.start_ready_o) start = false;
      prog.check_stable(core.prog_req_valid_o, core.prog_req_addr_o);
      wgt.check_stable(core.wgt_req_valid_o, core.wgt_req_addr_o);
      par.check_stable(core.par_req_valid_o, core.par_req_addr_o);
      act.check_stable(core.act_req_valid_o, uint64_t(core.act_req_tag_o) << 32 | core.act_req_addr_o);
      skip.check_stable(core.skip_req_valid_o, core.skip_req_addr_o);
      out.check_stable(core.out_valid_o, core.out_addr_o);

      if (prog.offered && core.prog_rsp_ready_o) prog.taken();
      if (wgt.offered && core.wgt_rsp_ready_o) wgt.taken();
      if (par.offered && core.par_rsp_ready_o) par.taken();
      if (act.offered && core.act_rsp_ready_o) act.taken();
      if (skip.offered && core.skip_rsp_ready_o) skip.taken();
      if (prog.ready && core.prog_req_valid_o) {
        if (core.prog_req_addr_o >= program.words.size()) fail("a read beyond the program");
        uint32_t w = program.words[core.prog_req_addr_o];
        prog.request(cycle, Word{uint8_t(w), uint8_t(w >> 8), uint8_t(w >> 16), uint8_t(w >> 24)}, 0);
      }
      if (wgt.ready && core.wgt_req_valid_o) wgt.request(cycle, program.weights[core.wgt_req_addr_o], 0);
      if (par.ready && core.par_req_valid_o) par.request(cycle, program.params[core.par_req_addr_o], 0);
      if (act.ready && core.act_req_valid_o) act.request(cycle, program.fm[core.act_req_addr_o], core.act_req_tag_o);
      if (skip.ready && core.skip_req_valid_o) skip.request(cycle, program.fm[core.skip_req_addr_o], 0);

      int layer = core.mon_layer_o;
      if (core.mon_step_o) {
        if (layer >= program.layers) fail("a step after the last layer");
        if (result.steps[layer]++ == 0) result.first_step[layer] = cycle;
        result.last_step[layer] = cycle;
      }
      if (out.ready && core.out_valid_o) write(program, result);
      if (core.done_o) done++;
      if (done > 0 && !core.start_ready_o) fail("done while busy");
      clock();
      if (done == 1 && cycle > begin + result.cycles + 50) break;  // nothing may follow
      if (done == 0) result.cycles = cycle - begin;
      if (done > 1) fail("done twice");
      if (cycle - begin > 3000000) fail("the core hangs in layer " + std::to_string(layer) + ": " + program.names[layer]);
    }
    if (!program.expected.empty()) {
      const Expected& missing = program.expected.begin()->second;
      fail("done, but layer " + std::to_string(missing.layer) + " lacks words: " + program.names[missing.layer]);
    }
    for (Port* port : {&prog, &wgt, &par, &act, &skip})
      if (!port->answers.empty()) fail(std::string(port->name) + ": a response is left over");
    return result;
  }

  void write(Program& program, Result& result) {
    int address = core.out_addr_o, layer = core.mon_layer_o;
    Word word = sample(core.out_data_o, M);
    auto found = program.expected.find(address);
    if (found == program.expected.end())
      fail("layer " + std::to_string(layer) + " wrote to " + std::to_string(address) + ", which nobody expects: " +
           (layer < program.layers ? program.names[layer] : "after the last layer"));
    const Expected& expected = found->second;
    if (expected.layer != layer) fail("layer " + std::to_string(layer) + " wrote a word of another layer");
    for (int lane = 0; lane < expected.lanes; lane++)
      if (word[lane] != expected.word[lane])
        fail("address " + std::to_string(address) + " lane " + std::to_string(lane) + ": expected " +
             std::to_string(expected.word[lane]) + ", got " + std::to_string(word[lane]) + " in layer " +
             std::to_string(layer) + ": " + program.names[layer]);
    program.fm[address] = word;
    program.expected.erase(found);
    result.last_write[layer] = cycle;
  }
};

std::map<std::string, Timing> all_ports(const Timing& timing) {
  std::map<std::string, Timing> ports;
  for (const char* name : {"program", "weights", "parameters", "activations", "skip", "output"}) ports[name] = timing;
  return ports;
}

std::map<std::string, Timing> random_timing() {
  if (chance(20)) return all_ports(Timing{0, 1, 1, 8});
  std::map<std::string, Timing> ports = all_ports({});
  for (auto& [name, timing] : ports) {
    timing.stall = chance(40) ? 0 : any(1, 13);
    timing.min_latency = any(1, 5);
    timing.max_latency = timing.min_latency + any(0, 12);
    timing.depth = any(1, 16);
  }
  return ports;
}

int run_random(int seed, int programs) {
  rng.seed(unsigned(seed));
  Bench bench;
  bench.context.randSeed(seed + 1);
  bench.context.commandArgs(1, std::vector<const char*>{"+array_stall=3"}.data());
  bench.reset();
  int layers = 0;
  uint64_t words = 0;
  for (int i = 0; i < programs; i++) {
    Program program = random_program();
    layers += program.layers;
    words += program.expected.size();
    bench.run(program, random_timing());
  }
  std::printf("OK %d programs, %d layers, %llu words, %llu cycles\n", programs, layers, (unsigned long long)words,
              (unsigned long long)bench.cycle);
  return 0;
}

int run_utilization() {
  Bench bench;
  bench.context.commandArgs(1, std::vector<const char*>{"+array_stall=0"}.data());
  bench.reset();
  Program program;
  Map in = random_input(program, 16, 32, 32);
  Conv c{16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
  c.seg_phases = 9 * ceil_div(16, M);
  Map next = add_conv(program, in, c, false);
  add_conv(program, next, c, true);
  Bench::Result r = bench.run(program, all_ports(Timing{0, 3, 3, 8}));
  double share = double(r.steps[0]) / double(r.last_step[0] - r.first_step[0] + 1);
  std::printf("busy %.4f handover %llu tail %llu cycles %llu\n", share,
              (unsigned long long)(r.first_step[1] - r.last_write[0]),
              (unsigned long long)(r.last_write[0] - r.last_step[0]), (unsigned long long)r.cycles);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "random") return run_random(std::atoi(argv[2]), std::atoi(argv[3]));
  if (argc == 2 && std::string(argv[1]) == "utilization") return run_utilization();
  std::printf("usage: core_tb random SEED PROGRAMS | core_tb utilization\n");
  return 2;
}
