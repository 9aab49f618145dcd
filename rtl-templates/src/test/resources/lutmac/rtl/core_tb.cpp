// Self-checking testbench of lutmac_core: random programs against plain loops over tensors, with random latency and
// random stalls on every port. Descriptors and memory images are built here from docs/hardware.md, independently of
// the compiler; only the places of fields come from the definition that both share. Macros: ROWS, COLS the array's shape,
// TAPS, PLANES, DEPTHWISE, PACKED_MAPS, PACKED_CODES, LOG_BITS,
// ACTIVATION_TABLES, SPACED_ROWS what the core can do; FM_AW, WGT_AW, PAR_AW, PROG_AW bits of the memories' addresses.
//
//   core_tb random|large SEED PROGRAMS [+NAME=VALUE]     exit 0 if every word that the core wrote is right; large: of layers
//                                    with a large count or a far position; an argument for the model
//   core_tb utilization CHANNELS SIDE KERNEL STRIDE DEPTHWISE
//                                    two such layers, ideal memories; prints busy share, hand-over and cycles

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "Vlutmac_core.h"
#include "lutmac_layout.h"
#include "verilated.h"

namespace {

constexpr int P = ROWS;
constexpr int M = COLS;
constexpr int kMaxTaps = TAPS;
constexpr int kMaxPlanes = PLANES;
// Programs take some thousand cycles, with many stalls some ten thousand; those of large layers up to some million.
constexpr uint64_t kMostCycles = 300000;
constexpr uint64_t kMostCyclesOfLarge = 4000000;
constexpr int kFmWords = 1 << FM_AW;
constexpr int kWeightWords = 1 << WGT_AW;
constexpr int kParamWords = 1 << PAR_AW;
constexpr int kProgramWords = 1 << PROG_AW;
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

uint64_t get_bits(const Word& word, int position, int bits) {
  uint64_t value = 0;
  for (int i = 0; i < bits; i++) value |= uint64_t(word[(position + i) / 8] >> ((position + i) % 8) & 1) << i;
  return value;
}

void put_parameter(Word& word, int lane, lutmac::Field field, uint64_t value) {
  put_bits(word, lutmac::memory::kParameterBits * lane + field.position, field.width, value);
}

uint64_t get_parameter(const Word& word, int lane, lutmac::Field field) {
  return get_bits(word, lutmac::memory::kParameterBits * lane + field.position, field.width);
}

// ---------------------------------------------------------------- a program and what it must write

using namespace lutmac::descriptor;

int ceil_div(int a, int b) { return (a + b - 1) / b; }

// What the codes of a map are: lanes of 8, 4 or 2 bits with signed or unsigned numbers, or with logarithmic codes.
struct Format {
  int lane = 0;  // lanes have 8 >> lane bits
  bool is_signed = false;
  bool log = false;
  int log_bits = 0, log_step = 0;

  int lane_bits() const { return 8 >> lane; }
  int parts() const { return 1 << lane; }
  int code_bits() const { return log ? log_bits : lane_bits(); }
  int lo() const { return is_signed ? -(1 << (lane_bits() - 1)) : 0; }
  int hi() const { return is_signed ? (1 << (lane_bits() - 1)) - 1 : (1 << code_bits()) - 1; }
  // The integer that a code stands for.
  int value(int code) const {
    if (!log || code == 0) return code;
    static const int octave[4][8] = {
        {1}, {5, 7}, {16, 19, 23, 27}, {32, 35, 38, 41, 45, 49, 54, 59}};
    return octave[log_step][(code - 1) % (1 << log_step)] << ((code - 1) >> log_step);
  }
  // The code of the value nearest to an integer, the larger of two.
  int encode(int64_t y) const {
    if (!log) return int(y);
    int best = 0;
    for (int code = 1; code < 1 << log_bits; code++)
      if (std::llabs(value(code) - y) <= std::llabs(value(best) - y)) best = code;
    return best;
  }
};

bool log_exists(int bits, int step) { return ((1 << bits) - 2) >> step <= 7; }

Format random_format() {
  Format format;
  if (LOG_BITS && chance(30)) {
    format.log = true;
    do format.log_bits = any(3, LOG_BITS), format.log_step = any(0, 3);
    while (!log_exists(format.log_bits, format.log_step));
    format.lane = PACKED_MAPS && format.log_bits <= 4 ? 1 : 0;
    return format;
  }
  format.lane = PACKED_MAPS && chance(60) ? any(1, 2) : 0;
  format.is_signed = chance(50);
  return format;
}

// Blocks of M lanes, each with a channel or nothing (-1).
using Layout = std::vector<std::vector<int>>;

struct Map {
  int c = 0, h = 0, w = 0;
  Format format;
  Layout layout;
  int base = 0;
  int part = 0;            // of the word at base that holds block 0
  int pitch = 0;           // words from a block of words to the next
  int step = 0, row = 0;   // words from a pixel to the next and from a row to the next where they lie apart
  std::vector<int> codes;  // [c][h][w]
  int at_pixel(int n) const { return step == 0 ? n : n / w * row + n % w * step; }
  int at(int ch, int y, int x) const { return codes[(ch * h + y) * w + x]; }
  int blocks() const { return int(layout.size()); }
  int word_blocks() const { return ceil_div(part + blocks(), format.parts()); }
};

// A block's words hold its M lanes in part `part`.
struct Expected {
  int layer;
  int lane_bits;
  std::vector<bool> valid;  // lanes
  std::vector<int> codes;
};

struct Program {
  std::vector<Word> fm = std::vector<Word>(kFmWords, Word(M));
  std::vector<Word> weights = std::vector<Word>(kWeightWords, Word(kCodeBytes));
  std::vector<Word> params = std::vector<Word>(kParamWords, Word(kParBytes));
  std::vector<uint32_t> words;
  std::map<std::pair<int, int>, Expected> expected;  // by address and part
  int start = 0;
  int layers = 0;
  bool large = false;
  int fm_used = 0, weights_used = 0, params_used = 0;
  std::vector<std::string> names;
};

struct Descriptor {
  uint32_t word[lutmac::descriptor::kWords] = {};
  void set(lutmac::Field field, int64_t value) {
    uint32_t& target = word[field.position / 32];
    int low = field.position % 32;
    uint32_t mask = (field.width == 32 ? 0xffffffffu : (1u << field.width) - 1) << low;
    int64_t most = field.width == 32 ? 0xffffffffll : (1ll << field.width) - 1;
    if (value > most || value < -most / 2 - 1)
      fail("testbench: the field at bit " + std::to_string(field.position) + " is too narrow for " + std::to_string(value));
    target = (target & ~mask) | ((uint32_t(value) << low) & mask);
  }
};

// A program is to be made anew: the memories have no room for it.
struct NoRoom {};

// An address in the lower words of a memory, or anywhere.
int far_start(int words, int near) { return chance(70) ? any(0, near) : any(0, words - 1); }

int allocate(Program& program, int words) {
  int base = program.fm_used;
  program.fm_used += words + any(0, 3);
  if (program.fm_used > kFmWords) throw NoRoom{};
  return base;
}

// Channels in order, some lanes empty and some channels swapped; at least one channel a block.
Layout random_layout(int channels, bool ordinary) {
  Layout layout;
  for (int c = 0; c < channels;) {
    std::vector<int> block(M, -1);
    int holes = ordinary ? 0 : any(0, M - 1);
    int lanes = std::min(M - holes, channels - c);
    for (int lane = 0; lane < lanes; lane++) block[lane] = c++;
    if (!ordinary) std::shuffle(block.begin(), block.end(), rng);
    layout.push_back(block);
  }
  return layout;
}

void place(Program& program, Map& map) {
  map.part = PACKED_MAPS && chance(30) ? any(0, map.format.parts() - 1) : 0;
  map.pitch = map.at_pixel(map.h * map.w - 1) + 1 + (chance(95) ? any(0, 2) : any(0, kFmWords / 4));
  map.base = allocate(program, map.word_blocks() * map.pitch);
}

// Where pixel n of a block lies.
int address(const Map& map, int block, int n) {
  return map.base + (map.part + block) / map.format.parts() * map.pitch + map.at_pixel(n);
}

void put_lane(Word& word, const Format& format, int part, int lane, int code) {
  put_bits(word, format.lane_bits() * (part * M + lane), format.lane_bits(), uint64_t(code));
}

Map random_input(Program& program, int c, int h, int w, const Format& format, bool ordinary) {
  Map map;
  map.c = c, map.h = h, map.w = w;
  map.format = format;
  map.layout = random_layout(c, ordinary);
  map.codes.resize(c * h * w);
  for (int& code : map.codes) code = any(map.format.lo(), map.format.hi());
  place(program, map);
  for (int b = 0; b < map.blocks(); b++)
    for (int lane = 0; lane < M; lane++)
      if (map.layout[b][lane] >= 0)
        for (int n = 0; n < h * w; n++)
          put_lane(program.fm[address(map, b, n)], map.format, (map.part + b) % map.format.parts(), lane,
                   map.codes[map.layout[b][lane] * h * w + n]);
  return map;
}

void expect(Program& program, int layer, const Map& map) {
  for (int b = 0; b < map.blocks(); b++)
    for (int n = 0; n < map.h * map.w; n++) {
      Expected expected{layer, map.format.lane_bits(), std::vector<bool>(M), std::vector<int>(M)};
      for (int lane = 0; lane < M; lane++)
        if (map.layout[b][lane] >= 0) {
          expected.valid[lane] = true;
          expected.codes[lane] = map.codes[map.layout[b][lane] * map.h * map.w + n];
        }
      program.expected[{address(map, b, n), (map.part + b) % map.format.parts()}] = expected;
    }
}

// Two nested pixel loops (px, py) in (wx, wy); a pixel's input position is (wx*wstep + px*pstep - pad).
struct Walk {
  int px_n, py_n, wx_n, wy_n;
  int pstep_x, pstep_y, wstep_x, wstep_y, pad_x, pad_y;
};

constexpr int kFarthest = 32768;  // a position's lowest is its negative

void set_walk(Descriptor& d, const Walk& k, const Map& in, int block) {
  d.set(kPxN, k.px_n), d.set(kPyN, k.py_n);
  d.set(kWxN, k.wx_n), d.set(kWyN, k.wy_n);
  d.set(kStride, k.pstep_x);
  int back_py = (k.py_n - 1) * k.pstep_y;
  int back_wx = (k.wx_n - 1) * k.wstep_x;
  // From one row of windows nobody goes to the next.
  if (k.wy_n == 1 && back_wx > kFarthest) back_wx = 0;
  int dx[3] = {0, k.wstep_x, -back_wx};
  int dy[3] = {k.pstep_y, -back_py, k.wstep_y - back_py};
  const lutmac::Field address[3] = {kPyAddr, kWxAddr, kWyAddr};
  const lutmac::Field x[3] = {kPyDx, kWxDx, kWyDx}, y[3] = {kPyDy, kWxDy, kWyDy};
  for (int level = 0; level < 3; level++) {
    d.set(address[level], dy[level] * in.w + dx[level]);
    d.set(x[level], dx[level]), d.set(y[level], dy[level]);
  }
  d.set(kStartAddr, ::address(in, block, 0) - k.pad_y * in.w - k.pad_x);
  d.set(kStartX, -k.pad_x), d.set(kStartY, -k.pad_y);
  d.set(kInW, in.w), d.set(kInH, in.h);
}

void set_input(Descriptor& d, const Map& in) {
  d.set(kInSigned, in.format.is_signed), d.set(kInLane, in.format.lane);
  d.set(kInLog, in.format.log), d.set(kInLogStep, in.format.log_step);
}

void set_output(Descriptor& d, const Map& out) {
  d.set(kOutSigned, out.format.is_signed), d.set(kOutLane, out.format.lane), d.set(kOutPart, out.part);
  d.set(kOutLog, out.format.log), d.set(kOutLogStep, out.format.log_step), d.set(kOutLogBits, out.format.log_bits);
  d.set(kOutBase, out.base), d.set(kOutStride, out.pitch);
}

// ---------------------------------------------------------------- layers

struct Conv {
  int out_c, kh, kw, sy, sx, dily, dilx, top, bottom, left, right;
  int pool_h = 1, pool_w = 1;
  bool depthwise = false;
  bool skip = false, raw = false, sum = false, half_up = false;
  Format out, skip_format;
  int lo = 0, hi = 255;
  int planes = 1;
  bool walk_planes = false, seg_plane = false;
  int code_pack = 0;
  int seg_taps = 1;
  bool contiguous = true;
  bool by_windows = false;  // the walk takes pixels of a row for windows
  int chunk = 1;
  int first_word = 0, words = 1, word_step = 0;  // blocks of input words that an output block reads
  int max_shift = 14;
  bool activation = false;           // codes from lo to hi are looked up in a table
  std::vector<int> activation_table;  // of output codes, from lo on
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

void finish(Program& program, Descriptor& d, const std::vector<uint32_t>& table, bool last,
            const std::vector<uint32_t>& activation_table = {}) {
  d.set(kLastLayer, last);
  d.set(kTableN, int(table.size()));
  // A check word ends the descriptor, and its tables where it has any.
  uint32_t sum = kCheckSeed;
  auto put = [&](uint32_t word) {
    program.words.push_back(word);
    sum = checkAdd(sum, word);
  };
  for (int word = 0; word < kWords - 1; word++) put(d.word[word]);
  put(checkWord(sum));
  for (uint32_t word : table) put(word);
  for (uint32_t word : activation_table) put(word);
  if (!table.empty() || !activation_table.empty()) put(checkWord(sum));
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

int out_height(const Map& in, const Conv& c) {
  return (in.h + c.top + c.bottom - ((c.kh - 1) * c.dily + 1)) / c.sy + 1;
}
int out_width(const Map& in, const Conv& c) {
  return (in.w + c.left + c.right - ((c.kw - 1) * c.dilx + 1)) / c.sx + 1;
}

bool fits(const Map& in, const Conv& c) {
  if (in.h + c.top + c.bottom < (c.kh - 1) * c.dily + 1) return false;
  if (in.w + c.left + c.right < (c.kw - 1) * c.dilx + 1) return false;
  int oh = out_height(in, c), ow = out_width(in, c);
  if (oh < c.pool_h || ow < c.pool_w) return false;
  int rows = oh / c.pool_h * c.pool_h * (ow / c.pool_w) * c.pool_w;
  int64_t steps = int64_t(c.kh) * c.kw * c.planes * (c.depthwise ? 1 : c.words * M * in.format.parts()) * 4;
  return steps <= 4000 && steps * ceil_div(rows, P) <= 40000;
}

// Lane l of the input words of a dense output block that begins with block of words w: its channel or -1.
int channel_of(const Map& in, int w, int l) {
  int block = w * in.format.parts() + l / M - in.part;
  return block < 0 || block >= in.blocks() ? -1 : in.layout[block][l % M];
}

Map add_conv(Program& program, const Map& in, Conv c, bool last) {
  int layer = program.layers;
  int oh = out_height(in, c), ow = out_width(in, c);
  int wy_n = oh / c.pool_h, wx_n = ow / c.pool_w;
  int window = c.pool_h * c.pool_w;
  int rows = wy_n * wx_n * window;
  int tile_n = ceil_div(rows, P);

  // Output: columns and their channels.
  Map out;
  out.h = c.sum ? 1 : wy_n, out.w = c.sum ? 1 : wx_n, out.format = c.out;
  int first_block = 0;
  if (c.depthwise) {
    // A range of the input's blocks; their channels are the output's.
    first_block = any(0, in.blocks() - 1);
    int blocks = any(1, in.blocks() - first_block);
    for (int b = 0; b < blocks; b++) {
      out.layout.push_back(in.layout[first_block + b]);
      for (int& channel : out.layout.back())
        if (channel >= 0) channel = out.c++;
    }
  } else {
    out.layout = random_layout(c.out_c, chance(60));
    out.c = c.out_c;
  }
  int ob_n = out.blocks();
  if (c.first_word + c.words + (ob_n - 1) * c.word_step > in.word_blocks()) c.word_step = 0;
  out.codes.resize(out.c * out.h * out.w);
  bool spaced = SPACED_ROWS && window == 1 && !c.sum && !c.skip && chance(30);
  if (spaced) {
    out.step = any(1, 4);
    out.row = out.w * out.step * any(1, 2) + any(0, 2);
  }
  if (c.raw) {
    out.format = Format{};
    out.pitch = 4 * (out.at_pixel(out.h * out.w - 1) + 1) + any(0, 3);
    out.base = allocate(program, ob_n * out.pitch);
  } else {
    place(program, out);
  }

  // Table and weight codes.
  int codes = 1 << (4 >> c.code_pack);
  std::vector<uint32_t> table(16 * c.planes);
  std::vector<int> value(16 * c.planes);
  for (int p = 0; p < c.planes; p++)
    for (int code = 1; code < 16; code++) random_entry(table[16 * p + code], value[16 * p + code]);

  // Steps of a tile: the array's reduction as the specification states it. The codes are drawn on the way.
  struct Step {
    int plane, ky, kx, lane;  // lane of all words of an output block
  };
  int word_lanes = M * in.format.parts();
  int cb_n = c.depthwise ? 1 : c.words;
  int lanes_last = 1;
  if (!c.depthwise) {
    for (int ob = 0; ob < ob_n; ob++)
      for (int l = 0; l < word_lanes; l++)
        if (channel_of(in, c.first_word + ob * c.word_step + cb_n - 1, l) >= 0) lanes_last = std::max(lanes_last, l + 1);
    if (chance(10)) lanes_last = word_lanes;
  }
  std::vector<Step> steps;
  int seg_n = 0, seg_taps = 0;
  std::vector<int> steps_to(c.kh + 1), segs_to(c.kh + 1);  // steps and segments up to a kernel row, of the first walk plane
  int walk_planes = c.walk_planes ? c.planes : 1, phase_planes = c.walk_planes ? 1 : c.planes;
  int chunks = ceil_div(c.kw, c.chunk);
  for (int wp = 0; wp < walk_planes; wp++) {
    for (int ky = 0; ky < c.kh; ky++) {
      for (int chunk = 0; chunk < chunks; chunk++)
        for (int cb = 0; cb < cb_n; cb++)
          for (int pp = 0; pp < phase_planes; pp++)
            for (int kx = chunk * c.chunk; kx < std::min(c.kw, (chunk + 1) * c.chunk); kx++) {
              int lanes = c.depthwise ? 1 : cb == cb_n - 1 ? lanes_last : word_lanes;
              for (int l = 0; l < lanes; l++) steps.push_back({wp + pp, ky, kx, cb * word_lanes + l});
              if (++seg_taps == c.seg_taps) seg_taps = 0, seg_n++;
            }
      if (wp == 0) steps_to[ky + 1] = int(steps.size()), segs_to[ky + 1] = seg_n + (seg_taps > 0);
    }
    if (c.seg_plane && seg_taps > 0) seg_taps = 0, seg_n++;
  }
  if (seg_taps > 0) seg_n++;

  // Edge tiles: the last ones, without the kernel rows that lie below the map for all their pixels.
  int edge_tile = 0, ky_edge = 0;
  if (walk_planes == 1 && chance(80)) {
    std::vector<std::pair<int, int>> edges;
    int most = 1;
    for (int tile = tile_n; tile >= 1; tile--) {
      for (int n = (tile - 1) * P; n < std::min(rows, tile * P); n++) {
        int y = (n / window / wx_n * c.pool_h + n % window / c.pool_w) * c.sy - c.top;
        for (int ky = most; ky < c.kh; ky++)
          if (y + ky * c.dily < in.h) most = ky + 1;
      }
      if (most < c.kh && most < 256 && segs_to[most] < 128) edges.push_back({tile, most});
    }
    if (!edges.empty()) std::tie(edge_tile, ky_edge) = edges[any(0, int(edges.size()) - 1)];
  }

  int per_word = 1 << c.code_pack, code_bits = 4 >> c.code_pack;
  int w_words = ceil_div(int(steps.size()), per_word);
  int w_base = program.weights_used;
  program.weights_used += ob_n * w_words;
  if (program.weights_used > kWeightWords) throw NoRoom{};
  std::vector<int64_t> acc(out.c * oh * ow);
  for (int ob = 0; ob < ob_n; ob++)
    for (int s = 0; s < int(steps.size()); s++)
      for (int j = 0; j < M; j++) {
        const Step& step = steps[s];
        int o = out.layout[ob][j];
        int channel = c.depthwise ? in.layout[first_block + ob][j]
                                  : channel_of(in, c.first_word + ob * c.word_step + step.lane / word_lanes,
                                               step.lane % word_lanes);
        int code = o < 0 || channel < 0 ? 0 : any(0, codes - 1);
        put_bits(program.weights[w_base + ob * w_words + s / per_word], code_bits * (s % per_word * M + j), code_bits,
                 uint64_t(code));
        int weight = value[16 * step.plane + code];
        if (weight == 0) continue;
        for (int y = 0; y < oh; y++)
          for (int x = 0; x < ow; x++) {
            int iy = y * c.sy + step.ky * c.dily - c.top, ix = x * c.sx + step.kx * c.dilx - c.left;
            if (iy >= 0 && iy < in.h && ix >= 0 && ix < in.w)
              acc[(o * oh + y) * ow + x] += in.format.value(in.at(channel, iy, ix)) * weight;
          }
      }

  // More blocks than words of parameters go through them again.
  int par_base = program.params_used;
  program.params_used += std::min(ob_n, kParamWords);
  if (program.params_used > kParamWords) throw NoRoom{};
  std::vector<int> bias(out.c), shift(out.c), align(out.c);
  for (int ob = 0; ob < ob_n; ob++)
    for (int j = 0; j < M; j++) {
      int o = out.layout[ob][j];
      if (o < 0) continue;
      Word& word = program.params[(par_base + ob) % kParamWords];
      if (ob >= kParamWords) {
        bias[o] = int32_t(get_parameter(word, j, lutmac::parameter::kBias));
        shift[o] = int(get_parameter(word, j, lutmac::parameter::kShift));
        align[o] = int(get_parameter(word, j, lutmac::parameter::kAlign));
        continue;
      }
      bias[o] = any(-100000, 100000);
      shift[o] = c.raw ? 0 : chance(3) ? any(0, 31) : any(0, c.max_shift);
      // Now and then as far as 32 bits go.
      align[o] = chance(90) ? any(0, c.skip_format.log ? 10 : 14) : any(0, c.skip_format.log ? 16 : 22);
      put_parameter(word, j, lutmac::parameter::kBias, uint32_t(bias[o]));
      put_parameter(word, j, lutmac::parameter::kShift, uint64_t(shift[o]));
      put_parameter(word, j, lutmac::parameter::kAlign, uint64_t(align[o]));
    }

  // Skip words, one a row in walk order, or one a block.
  Map skip;
  skip.c = out.c, skip.h = 1, skip.w = c.sum ? 1 : rows, skip.format = c.skip_format, skip.layout = out.layout;
  skip.codes.resize(skip.c * skip.w);
  if (c.skip) {
    place(program, skip);
    for (int& code : skip.codes) code = any(skip.format.lo(), skip.format.hi());
    for (int ob = 0; ob < ob_n; ob++)
      for (int j = 0; j < M; j++)
        if (out.layout[ob][j] >= 0)
          for (int n = 0; n < skip.w; n++)
            put_lane(program.fm[address(skip, ob, n)], skip.format, (skip.part + ob) % skip.format.parts(), j,
                     skip.codes[out.layout[ob][j] * skip.w + n]);
  }

  std::vector<int64_t> raw(out.c * out.h * out.w);
  for (int o = 0; o < out.c; o++)
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
          if (c.skip) v += int64_t(skip.format.value(skip.codes[o * skip.w + n])) << align[o];
          if (v != int64_t(int32_t(v))) fail("testbench: a sum leaves 32 bits");
          raw[(o * out.h + wy) * out.w + wx] = v;
          int64_t r = divide_rounded(v, shift[o], c.half_up);
          int64_t clamped = r < c.lo ? c.lo : r > c.hi ? c.hi : r;
          int result = c.activation ? c.activation_table[clamped - c.lo] : out.format.encode(clamped);
          best = i == 0 || result > best ? result : best;
        }
        out.codes[(o * out.h + wy) * out.w + wx] = best;
      }
  if (c.raw) {
    for (int ob = 0; ob < ob_n; ob++)
      for (int n = 0; n < 4 * out.h * out.w; n++) {
        Expected expected{layer, 8, std::vector<bool>(M), std::vector<int>(M)};
        for (int j = 0; j < M; j++) {
          int o = out.layout[ob][j];
          if (o < 0) continue;
          expected.valid[j] = true;
          expected.codes[j] = int(uint32_t(int32_t(raw[o * out.h * out.w + n / 4])) >> (8 * (n % 4)) & 255);
        }
        program.expected[{out.base + ob * out.pitch + 4 * out.at_pixel(n / 4) + n % 4, 0}] = expected;
      }
  } else {
    expect(program, layer, out);
  }

  Descriptor d;
  set_input(d, in), set_output(d, out);
  d.set(kSkipEn, c.skip), d.set(kRawOut, c.raw), d.set(kSumPixels, c.sum), d.set(kHalfUp, c.half_up);
  Walk walk{c.pool_w, c.pool_h, wx_n, wy_n, c.sx, c.sy, c.pool_w * c.sx, c.pool_h * c.sy, c.left, c.top};
  // Without windows rows of the walk are the map's.
  if (window == 1 && !c.by_windows) walk = Walk{wx_n, 1, 1, wy_n, c.sx, 0, 0, c.sy, c.left, c.top};
  set_walk(d, walk, in, c.depthwise ? first_block : c.first_word * in.format.parts() - in.part);
  d.set(kDepthwise, c.depthwise), d.set(kContiguous, c.contiguous);
  d.set(kInPart, c.depthwise ? (in.part + first_block) % in.format.parts() : 0);
  d.set(kObAddr, c.depthwise ? in.pitch : c.word_step * in.pitch);
  d.set(kTapsFull, c.chunk), d.set(kTapsLast, c.kw - (chunks - 1) * c.chunk);
  d.set(kWalkPlanes, walk_planes - 1), d.set(kPhasePlanes, phase_planes - 1), d.set(kSegPlane, c.seg_plane);
  d.set(kCodePack, c.code_pack), d.set(kWWords, w_words);
  int advance = c.chunk == 1 ? c.dilx : c.chunk;
  d.set(kCbN, cb_n), d.set(kKxN, chunks), d.set(kKyN, c.kh);
  int back_cb = (cb_n - 1) * in.pitch, back_kx = (chunks - 1) * advance;
  d.set(kCbAddr, in.pitch);
  d.set(kKxAddr, advance - back_cb);
  d.set(kKyAddr, c.dily * in.w - back_kx - back_cb);
  d.set(kKxDx, advance);
  d.set(kKyDx, -back_kx), d.set(kKyDy, c.dily);
  d.set(kLanesFull, c.depthwise ? 1 : word_lanes), d.set(kLanesLast, lanes_last);
  d.set(kSegTaps, c.seg_taps), d.set(kSegN, seg_n);
  d.set(kEdgeTile, edge_tile), d.set(kKyEdge, ky_edge);
  d.set(kSegEdge, segs_to[ky_edge]), d.set(kWEdge, ceil_div(steps_to[ky_edge], per_word));
  d.set(kObN, ob_n), d.set(kTileN, tile_n);
  d.set(kWBase, w_base), d.set(kParBase, par_base);
  d.set(kWindowN, window), d.set(kRowsLast, rows - (tile_n - 1) * P);
  d.set(kSkipBase, skip.base), d.set(kSkipStride, skip.pitch), d.set(kSkipPart, skip.part);
  if (spaced) {
    int words = c.raw ? 4 : 1;
    d.set(kOutStep, words * (out.step - 1) + 1);
    d.set(kSkipStride, words * (out.row - (out.w - 1) * out.step - 1) + 1);
  }
  d.set(kSkipLane, skip.format.lane), d.set(kSkipSigned, skip.format.is_signed);
  d.set(kSkipLog, skip.format.log), d.set(kSkipLogStep, skip.format.log_step);
  d.set(kLo, c.lo), d.set(kHi, c.hi);
  std::vector<uint32_t> activation_words;
  if (c.activation) {
    // The low byte of a code is the number of its entry; entries that no code has hold anything.
    d.set(kActivationTable, 1);
    d.set(kOutLog, 0), d.set(kOutLogStep, any(0, 3)), d.set(kOutLogBits, any(0, 6));
    activation_words.resize(lutmac::kActivationTableWords);
    for (uint32_t& word : activation_words) word = rng();
    for (int y = c.lo; y <= c.hi; y++) {
      uint32_t& word = activation_words[(y & 255) / 4];
      int low = 8 * (y & 3);
      word = (word & ~(0xffu << low)) | uint32_t(c.activation_table[y - c.lo] & 255) << low;
    }
  }
  finish(program, d, table, last, activation_words);

  char name[500];
  std::snprintf(name, sizeof name,
                "conv %dx%dx%d->%d depthwise %d kernel %dx%d stride %d,%d dilation %d,%d pads %d,%d,%d,%d pool %dx%d "
                "skip %d raw %d sum %d half_up %d activation %d in lane %d part %d signed %d log %d.%d out lane %d part %d signed %d "
                "log %d.%d planes %d walk %d seg_plane %d seg_taps %d pack %d contiguous %d chunk %d words %d+%d*ob step %d row %d edge %d,%d",
                in.c, in.h, in.w, out.c, c.depthwise, c.kh, c.kw, c.sy, c.sx, c.dily, c.dilx, c.top, c.left, c.bottom,
                c.right, c.pool_h, c.pool_w, c.skip, c.raw, c.sum, c.half_up, c.activation, in.format.lane, in.part,
                in.format.is_signed, in.format.log_bits, in.format.log_step, out.format.lane, out.part,
                out.format.is_signed, out.format.log_bits, out.format.log_step, c.planes, c.walk_planes, c.seg_plane,
                c.seg_taps, c.code_pack, c.contiguous, c.chunk, c.words, c.word_step, out.step, out.row, edge_tile, ky_edge);
  program.names.push_back(name);
  return out;
}

Map add_pool(Program& program, const Map& in, int kh, int kw, int sy, int sx, int top, int left, int bottom, int right,
             bool last) {
  int layer = program.layers;
  Map out;
  out.format = in.format;
  out.h = (in.h + top + bottom - kh) / sy + 1;
  out.w = (in.w + left + right - kw) / sx + 1;
  int first = any(0, in.blocks() - 1), blocks = any(1, in.blocks() - first);
  std::vector<int> channels;  // of the input
  for (int b = 0; b < blocks; b++) {
    out.layout.push_back(in.layout[first + b]);
    for (int& channel : out.layout.back())
      if (channel >= 0) channels.push_back(channel), channel = out.c++;
  }
  out.codes.resize(out.c * out.h * out.w);
  place(program, out);
  for (int ch = 0; ch < out.c; ch++)
    for (int y = 0; y < out.h; y++)
      for (int x = 0; x < out.w; x++) {
        int best = in.format.lo();
        for (int ky = 0; ky < kh; ky++)
          for (int kx = 0; kx < kw; kx++) {
            int iy = y * sy + ky - top, ix = x * sx + kx - left;
            if (iy >= 0 && iy < in.h && ix >= 0 && ix < in.w) best = std::max(best, in.at(channels[ch], iy, ix));
          }
        out.codes[(ch * out.h + y) * out.w + x] = best;
      }
  expect(program, layer, out);

  Descriptor d;
  d.set(kPool, 1);
  set_input(d, in), set_output(d, out);
  set_walk(d, Walk{kw, kh, out.w, out.h, 1, 1, sx, sy, left, top}, in, first);
  if (kw == 1 && kh == 1) set_walk(d, Walk{out.w, 1, 1, out.h, sx, 0, 0, sy, left, top}, in, first);
  d.set(kInPart, (in.part + first) % in.format.parts());
  d.set(kObAddr, in.pitch);
  d.set(kObN, blocks);
  d.set(kWindowN, kh * kw);
  finish(program, d, {}, last);

  char name[200];
  std::snprintf(name, sizeof name, "pool %dx%dx%d window %dx%d stride %d,%d pads %d,%d,%d,%d signed %d lane %d part %d",
                in.c, in.h, in.w, kh, kw, sy, sx, top, left, bottom, right, in.format.is_signed, in.format.lane,
                in.part);
  program.names.push_back(name);
  return out;
}

// Every pixel becomes down x across pixels.
Map add_repeat(Program& program, const Map& in, int down, int across, bool last) {
  int layer = program.layers;
  Map out = in;
  out.h = in.h * down, out.w = in.w * across;
  out.codes.resize(out.c * out.h * out.w);
  place(program, out);
  for (int ch = 0; ch < out.c; ch++)
    for (int y = 0; y < out.h; y++)
      for (int x = 0; x < out.w; x++) out.codes[(ch * out.h + y) * out.w + x] = in.at(ch, y / down, x / across);
  expect(program, layer, out);

  Descriptor d;
  d.set(kPool, 1);
  set_input(d, in), set_output(d, out);
  set_walk(d, Walk{across, 1, down, in.h, 0, 0, 0, 1, 0, 0}, in, 0);
  // The row's pixels, then the row again, then the next.
  d.set(kPyN, in.w);
  d.set(kPyAddr, 1), d.set(kPyDx, 1), d.set(kPyDy, 0);
  d.set(kWxAddr, 1 - in.w), d.set(kWxDx, 1 - in.w), d.set(kWxDy, 0);
  d.set(kWyAddr, 1), d.set(kWyDx, 1 - in.w), d.set(kWyDy, 1);
  d.set(kInPart, in.part);
  d.set(kObAddr, in.pitch);
  d.set(kObN, in.blocks());
  d.set(kWindowN, 1);
  finish(program, d, {}, last);

  char name[200];
  std::snprintf(name, sizeof name, "repeat %dx%dx%d by %d,%d", in.c, in.h, in.w, down, across);
  program.names.push_back(name);
  return out;
}

// In which order the array walks a layer, and where its segments end.
void choose_order(const Map& in, Conv& c) {
  int run = c.pool_w > 1 ? c.pool_w : out_width(in, c);
  int most = std::min(c.kw, kMaxTaps);
  bool dense = (c.dilx == 1 || c.kw == 1) && c.sx <= 7;
  c.chunk = any(1, most);
  if (c.sx > c.chunk) c.chunk = std::min(c.sx, most);
  c.contiguous = dense && c.sx <= c.chunk && run >= 1 && chance(85);
  if (!c.contiguous) c.chunk = 1;
  int taps = c.kh * c.kw * c.planes * (c.depthwise ? 1 : c.words);
  c.seg_taps = chance(50) ? taps : any(1, taps);
}

Conv random_conv(const Map& in) {
  for (;;) {
    Conv c;
    c.out_c = any(1, 2 * M + M / 2);
    c.kh = any(1, 5), c.kw = chance(80) ? any(1, 5) : any(6, 9);
    c.sy = any(1, 3), c.sx = chance(80) ? any(1, 3) : any(4, 9);
    c.dily = any(1, 2), c.dilx = any(1, 2);
    c.top = any(0, 2), c.bottom = any(0, 2), c.left = chance(80) ? any(0, 2) : any(3, 15), c.right = any(0, 4);
    c.depthwise = DEPTHWISE && !in.format.log && chance(40);
    if (chance(30)) c.pool_h = any(1, 3), c.pool_w = any(1, 3);
    c.skip = chance(35);
    c.half_up = chance(50);
    if (c.pool_h * c.pool_w == 1) c.raw = chance(20), c.sum = chance(30);
    c.out = random_format();
    c.skip_format = random_format();
    c.lo = c.out.lo(), c.hi = c.out.hi();
    if (c.out.log) c.hi = c.out.value(c.hi);
    if (c.lo == 0 && chance(30)) c.hi = any(1, c.hi);
    if (c.out.log) c.max_shift = 10;
    if (ACTIVATION_TABLES && !c.raw && chance(40)) {
      c.activation = true;
      c.lo = any(-300, 50), c.hi = c.lo + (chance(50) ? 255 : any(0, 255));
      for (int y = c.lo; y <= c.hi; y++) c.activation_table.push_back(any(c.out.lo(), c.out.hi()));
    }
    c.planes = chance(60) ? 1 : any(1, kMaxPlanes);
    c.walk_planes = c.planes > 1 && chance(50), c.seg_plane = c.walk_planes && chance(50);
    c.code_pack = PACKED_CODES && chance(50) ? any(1, 2) : 0;
    int words = in.word_blocks();
    c.first_word = 0, c.words = words;
    if (!c.depthwise && chance(20)) {
      // As in grouped layers: a block reads some of the words only.
      c.words = any(1, words), c.first_word = any(0, words - c.words), c.word_step = any(0, 2);
    }
    if (!fits(in, c)) continue;
    choose_order(in, c);
    return c;
  }
}

Program make_random_program() {
  Program program;
  for (Word& word : program.fm)
    for (uint8_t& byte : word) byte = uint8_t(rng());
  program.start = far_start(kProgramWords, 50);
  program.fm_used = far_start(kFmWords, 0);
  program.weights_used = far_start(kWeightWords, 0);
  program.params_used = far_start(kParamWords, 0);
  program.words.resize(program.start, 0xdeadbeef);
  int layers = any(1, 4);
  Map in;
  bool chained = false;
  for (int i = 0; i < layers; i++) {
    bool last = i == layers - 1;
    if (!chained || chance(30)) {
      // Now and then a row longer than a pool's longest run.
      bool wide = chance(5);
      in = random_input(program, any(1, 2 * M + M / 2), wide ? any(1, 2) : any(1, 9), wide ? any(60, 150) : any(1, 9),
                        random_format(), chance(60));
    }
    if (chance(25)) {
      int kh = any(1, 3), kw = any(1, 3), top = any(0, kh - 1), left = any(0, kw - 1);
      int bottom = any(0, kh - 1), right = any(0, kw - 1);
      if (in.h + top + bottom >= kh && in.w + left + right >= kw) {
        in = add_pool(program, in, kh, kw, any(1, 3), any(1, 3), top, left, bottom, right, last);
        chained = true;
        continue;
      }
    }
    if (chance(10) && in.h * in.w <= 40) {
      in = add_repeat(program, in, any(1, 3), any(1, 3), last);
      chained = true;
      continue;
    }
    Conv c = random_conv(in);
    in = add_conv(program, in, c, last);
    chained = !c.raw && in.step == 0;
  }
  if (int(program.words.size()) > kProgramWords) throw NoRoom{};
  return program;
}

// Layers one of whose counts or positions is large: as far as its bits go, or the memories. Programs have one kind after
// the other.
enum Large {
  kChannels, kHeight, kWidth, kOutChannels, kKernel,  // what plain layers have many of
  kTallKernel, kWideKernel, kFarTaps,                 // of more than 32,768 rows or columns, most of them outside the map
  kLongRow, kManyWindows, kTiles,                     // of more than 32,768 pixels, windows, in more than 24,576 tiles
  kWidest,                                            // the memory holds one row
  kPoolBlocks, kPoolWindow, kTallPool,
  kLarges
};

// A map, and a layer that has nothing special.
Map small_input(Program& program, int channels, int height, int width) {
  return random_input(program, channels, height, width, Format{}, true);
}
Conv plain_conv() {
  Conv c;
  c.out_c = any(1, M);
  c.kh = c.kw = c.sy = c.sx = c.dily = c.dilx = 1;
  c.top = c.bottom = c.left = c.right = 0;
  c.lo = c.out.lo(), c.hi = c.out.hi();
  return c;
}

Program make_program_of_many(Large kind) {
  constexpr int kMostSteps = 60000;
  Program program;
  int channels = kind == kChannels ? any(500, std::min(30000, kFmWords * M / 2)) : any(1, M);
  int height = any(1, 2), width = any(1, 2);
  if (kind == kHeight) height = any(300, kFmWords * 3 / 8);
  if (kind == kWidth) width = any(300, std::min(kFarthest - 1000, kFmWords * 5 / 8)), height = any(1, 20) == 1 ? 2 : 1;
  if (kind == kChannels) height = width = 1;
  Map in = small_input(program, channels, height, width);
  for (;;) {
    Conv c = plain_conv();
    const int most_blocks = std::min(kFmWords * 3 / 8, kWeightWords / (2 * M));
    if (kind == kOutChannels) c.out_c = any(most_blocks * 2 / 3, most_blocks) * M - any(0, M - 1);
    c.kh = kind == kKernel ? any(20, 400) : any(1, 3), c.kw = kind == kKernel ? any(10, 60) : any(1, 3);
    if (kind == kChannels || kind == kOutChannels) c.kh = c.kw = 1;
    c.top = any(0, c.kh), c.bottom = c.kh - c.top;
    c.left = any(0, std::min(c.kw, 15)), c.right = c.kw - c.left;
    c.sy = any(1, 2), c.sx = any(1, 2);
    c.sum = kind != kChannels && chance(20);
    c.words = in.word_blocks();
    choose_order(in, c);
    int64_t tiles = ceil_div(out_height(in, c) * out_width(in, c), P);
    if (tiles * c.kh * c.kw * c.words * std::min(M, channels) * ceil_div(c.out_c, M) > kMostSteps * (kind == kWidth ? 3 : 1)) continue;
    if (tiles > 0xffff) continue;
    add_conv(program, in, c, true);
    return program;
  }
}

// Taps that lie so far apart that the last one's offset needs the position's highest bit.
void set_far(int size, int& kernel, int& dilation, int& before, int& behind, int most) {
  kernel = any(2, 4);
  dilation = any(kFarthest - 8, most) / (kernel - 1);
  int far = dilation * (kernel - 1);
  before = std::min(kFarthest, far - any(0, size - 1));
  behind = std::max(0, far + 1 - size - before) + any(0, 2);
}

Program make_program_of_far_positions(Large kind) {
  const int most_taps = kWeightWords - 16;
  Program program;
  const int most = kind == kTallKernel || kind == kWideKernel ? 2 : 9;
  int height = any(1, most), width = any(1, most);
  if (kind == kLongRow) height = 1;
  if (kind == kManyWindows) height = P == 1 ? 1 : 2;  // what follows a row's end shows where that was
  if (kind == kWidest) height = 1, width = std::min(kFmWords, kFarthest) - any(4, 14);
  Map in = small_input(program, 1, height, width);
  Conv c = plain_conv();
  bool spread = false;
  if (kind == kTallKernel) {
    c.kh = std::min(any(kFarthest + 1, 36000), most_taps);
    c.top = std::min(kFarthest, any(c.kh / 2, c.kh - 1)), c.bottom = c.kh - 1 - c.top + any(0, 2);
  } else if (kind == kWideKernel) {
    c.kw = std::min(any(kFarthest, kFarthest + 1), most_taps);
    c.left = std::min(kFarthest, any(c.kw / 2, c.kw - 1)), c.right = c.kw - 1 - c.left + any(0, 2);
    spread = true;
  } else if (kind == kFarTaps) {
    int both = any(1, 3);
    if (both & 1) set_far(height, c.kh, c.dily, c.top, c.bottom, kFarthest + height - 1);
    if (both & 2) set_far(width, c.kw, c.dilx, c.left, c.right, kFarthest), spread = true;
  } else if (kind == kLongRow || kind == kManyWindows) {
    c.sum = true;
    c.by_windows = kind == kManyWindows;
    c.kw = any(1, 2), c.left = any(0, 15), c.right = any(kFarthest + 100, 50000) - width;
    // The most from whose last one a walk finds back.
    if (kind == kManyWindows) c.right = kFarthest + c.kw - width - c.left;
    spread = true;
  } else if (kind == kTiles) {
    int columns = any(200, 300);
    c.sum = true;
    c.right = columns - width, c.bottom = ceil_div(P * any(24600, 26000), columns) - height;
  } else {
    c.sum = true;
    c.kw = any(1, 3), c.left = 15, c.right = any(0, 1);
  }
  c.words = in.word_blocks();
  choose_order(in, c);
  if (spread) c.contiguous = false, c.chunk = 1;
  if (chance(40)) c.seg_taps = any(1, 2);
  add_conv(program, in, c, true);
  return program;
}

Program make_program_of_a_large_pool(Large kind) {
  Program program;
  if (kind == kPoolBlocks) {
    Map in = small_input(program, any(2000, kFmWords * 2 / 5) * M - any(0, M - 1), 1, 1);
    add_pool(program, in, 1, 1, 1, 1, 0, 0, 0, 0, true);
  } else if (kind == kTallPool) {
    // Windows of the most rows from whose last one a walk finds back.
    Map in = small_input(program, any(1, M), any(1, 9), any(1, 3));
    int kh = any(kFarthest, kFarthest + 1), top = any(kh - in.h, kh - 1);
    add_pool(program, in, kh, 1, in.h, 1, top, 0, kh - 1 - top, 0, true);
  } else {
    Map in = small_input(program, any(1, M), any(1, 9), any(1, 9));
    int kh = any(100, 250), kw = any(135, 260), top = any(0, kh - 1), left = any(0, kw - 1);
    add_pool(program, in, kh, kw, in.h, in.w, top, left, kh - 1 - top, kw - 1 - left, true);
  }
  return program;
}

Program make_large_program() {
  static int made = 0;
  Large kind = Large(made % kLarges);
  Program program = kind < kTallKernel ? make_program_of_many(kind) :
                    kind < kPoolBlocks ? make_program_of_far_positions(kind) : make_program_of_a_large_pool(kind);
  program.large = true;
  made++;
  return program;
}

Program fitting_program(Program (*make)()) {
  for (;;) {
    try {
      return make();
    } catch (const NoRoom&) {
    }
  }
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
  uint64_t stalls = 0;  // cycles in which a step waited for the array

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

      if (!start && done == 0 && !core.done_o && core.start_ready_o) fail("a program could start in another one's run");
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
      if (core.mon_step_o && core.mon_stall_o) fail("a step that is taken waits");
      stalls += core.mon_stall_o;
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
      if (cycle - begin > (program.large ? kMostCyclesOfLarge : kMostCycles)) fail("the core hangs in layer " + std::to_string(layer) + ": " + program.names[layer]);
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
    int strobes = core.out_strb_o, quarters = 0;
    for (int k = 0; k < 4; k++) quarters += strobes >> k & 1;
    int part = 0;
    while (part < 4 && strobes != ((1 << quarters) - 1) << (part * quarters)) part++;
    auto found = program.expected.find({address, part});
    if (found == program.expected.end())
      fail("layer " + std::to_string(layer) + " wrote to " + std::to_string(address) + " part " + std::to_string(part) +
           ", which nobody expects: " + (layer < program.layers ? program.names[layer] : "after the last layer"));
    const Expected& expected = found->second;
    if (expected.layer != layer) fail("layer " + std::to_string(layer) + " wrote a word of another layer");
    if (expected.lane_bits != 2 * quarters) fail("layer " + std::to_string(layer) + " wrote lanes of another width");
    int mask = (1 << expected.lane_bits) - 1;
    for (int lane = 0; lane < M; lane++) {
      int code = int(get_bits(word, expected.lane_bits * (part * M + lane), expected.lane_bits));
      if (expected.valid[lane] && code != (expected.codes[lane] & mask))
        fail("address " + std::to_string(address) + " part " + std::to_string(part) + " lane " + std::to_string(lane) +
             ": expected " + std::to_string(expected.codes[lane] & mask) + ", got " + std::to_string(code) +
             " in layer " + std::to_string(layer) + ": " + program.names[layer]);
      put_bits(program.fm[address], expected.lane_bits * (part * M + lane), expected.lane_bits, uint64_t(code));
    }
    program.expected.erase(found);
    result.last_write[layer] = cycle;
  }
};

std::map<std::string, Timing> all_ports(const Timing& timing) {
  std::map<std::string, Timing> ports;
  for (const char* name : {"program", "weights", "parameters", "activations", "skip", "output"}) ports[name] = timing;
  return ports;
}

std::map<std::string, Timing> random_timing(int most_stall) {
  if (chance(20)) return all_ports(Timing{0, 1, 1, 8});
  std::map<std::string, Timing> ports = all_ports({});
  for (auto& [name, timing] : ports) {
    timing.stall = chance(40) ? 0 : any(1, most_stall);
    timing.min_latency = any(1, 5);
    timing.max_latency = timing.min_latency + any(0, 12);
    timing.depth = any(1, 16);
  }
  return ports;
}

int run_programs(Program (*make)(), int seed, int programs, const char* plus) {
  rng.seed(unsigned(seed));
  Bench bench;
  bench.context.randSeed(seed + 1);
  bench.context.commandArgs(2, std::vector<const char*>{"+array_stall=3", plus}.data());
  bench.reset();
  int layers = 0;
  uint64_t words = 0;
  for (int i = 0; i < programs; i++) {
    Program program = fitting_program(make);
    layers += program.layers;
    words += program.expected.size();
    bench.run(program, random_timing(program.large ? 2 : 13));
  }
  if (programs >= 100 && bench.stalls == 0) fail("no step ever waited for the array");
  std::printf("OK %d programs, %d layers, %llu words, %llu cycles\n", programs, layers, (unsigned long long)words,
              (unsigned long long)bench.cycle);
  return 0;
}

int run_utilization(int channels, int side, int kernel, int stride, bool depthwise) {
  Bench bench;
  bench.context.commandArgs(1, std::vector<const char*>{"+array_stall=0"}.data());
  bench.reset();
  Program program;
  Map in = random_input(program, channels, side, side, Format{}, true);
  int pad = kernel / 2;
  Conv c{channels, kernel, kernel, stride, stride, 1, 1, pad, pad, pad, pad};
  c.depthwise = depthwise, c.words = in.word_blocks();
  c.seg_taps = kernel * kernel * (depthwise ? 1 : c.words), c.chunk = std::min(kernel, kMaxTaps);
  c.contiguous = stride <= c.chunk;
  if (!c.contiguous) c.chunk = 1;
  Map next = add_conv(program, in, c, false);
  c.words = next.word_blocks(), c.seg_taps = kernel * kernel * (depthwise ? 1 : c.words);
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
  const std::string mode = argc > 1 ? argv[1] : "";
  if (argc >= 4 && argc <= 5 && (mode == "random" || mode == "large"))
    return run_programs(mode == "large" ? make_large_program : make_random_program, std::atoi(argv[2]),
                        std::atoi(argv[3]), argc == 5 ? argv[4] : "");
  if (argc == 7 && mode == "utilization")
    return run_utilization(std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]), std::atoi(argv[5]),
                           std::atoi(argv[6]) != 0);
  std::printf("usage: core_tb random|large SEED PROGRAMS [+NAME=VALUE] | core_tb utilization CHANNELS SIDE KERNEL STRIDE DEPTHWISE\n");
  return 2;
}
