#include "lutmac.h"

#include <stddef.h>

#include "lutmac_regs.h"
#include "lutmac_stream.h"

/* The buffers hold bytes, the least significant one of a word first, whatever the processor's order is. */

static uint32_t get32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint64_t get64(const uint8_t *bytes) { return get32(bytes) | (uint64_t)get32(bytes + 4) << 32; }

static void put64(uint8_t *bytes, uint64_t value) {
  int at;
  for (at = 0; at < 8; at++) bytes[at] = (uint8_t)(value >> 8 * at);
}

static double scaled(double value, int bits) {
  for (; bits > 0; bits--) value *= 2.0;
  for (; bits < 0; bits++) value *= 0.5;
  return value;
}

static int32_t sign_extended(uint32_t code, uint32_t bits) {
  const uint32_t sign = (uint32_t)1 << (bits - 1);
  return (int32_t)((int64_t)(code ^ sign) - (int64_t)sign);
}

/* The nearest integer; of two equally near ones the even one. */
static int32_t nearest(float value) {
  int32_t below = (int32_t)value;
  float rest;
  if ((float)below > value) below--;
  rest = value - (float)below;
  return below + (rest > 0.5f || (rest == 0.5f && (below & 1) != 0));
}

uint8_t lutmac_code(const lutmac_description *design, uint32_t channel, float pixel) {
  float value = pixel;
  const float most = design->two_s_complement ? (float)(((uint32_t)1 << (design->code_bits - 1)) - 1)
                                              : (float)(((uint32_t)1 << design->code_bits) - 1);
  const float least = design->two_s_complement ? -most - 1.0f : 0.0f;
  if (!design->codes_are_pixels) {
    value = (float)scaled((float)((pixel - design->mean[channel]) / design->std[channel]), design->fraction_bits);
  }
  if (value > most) value = most;
  /* What is no number becomes the least, too. */
  if (!(value >= least)) value = least;
  return (uint8_t)nearest(value);
}

void lutmac_pack(const lutmac_description *design, const uint8_t *codes, uint8_t *input) {
  uint32_t number, channel, y, x, at;
  for (number = 0; number < design->view_count; number++) {
    const lutmac_view *view = &design->views[number];
    uint8_t *words = input + view->region.offset;
    const uint32_t pixels = view->height * view->width;
    for (at = 0; at < view->region.words * design->word_bytes; at++) words[at] = 0;
    for (channel = 0; channel < view->channels; channel++) {
      const uint32_t source = channel % design->channels;
      const uint32_t tap = channel / design->channels;
      const uint32_t top = tap / view->folded_columns * view->row_dilation;
      const uint32_t left = tap % view->folded_columns * view->column_dilation;
      uint8_t *lane = words + channel / design->columns * pixels * design->word_bytes + channel % design->columns;
      for (y = 0; y < view->height; y++) {
        /* Rows above and left of the image wrap around to large numbers. */
        const uint32_t row = y * view->row_step + top - view->pad_top;
        for (x = 0; x < view->width; x++) {
          const uint32_t column = x * view->column_step + left - view->pad_left;
          lane[(y * view->width + x) * design->word_bytes] =
              row < design->height && column < design->width
                  ? codes[(source * design->height + row) * design->width + column]
                  : design->pad_codes[source];
        }
      }
    }
  }
}

/* A lane of a word, wherever the word is in the output. */
static uint32_t lane_of(const lutmac_description *design, const uint8_t *output, uint32_t address, uint32_t bit, uint32_t bits) {
  uint32_t number;
  for (number = 0; number < design->read_count; number++) {
    const lutmac_region *region = &design->reads[number];
    const uint32_t word = address - region->base_address;
    if (word < region->words) {
      return (uint32_t)output[region->offset + word * design->word_bytes + bit / 8] >> bit % 8 &
             (((uint32_t)1 << bits) - 1);
    }
  }
  return 0;
}

int32_t lutmac_integer(const lutmac_description *design, uint32_t index, const uint8_t *output, uint32_t channel, uint32_t y,
                       uint32_t x) {
  const lutmac_output *map = &design->outputs[index];
  const uint32_t address = map->addresses[channel] + map->planes * (y * map->width + x);
  uint32_t code = 0, plane;
  for (plane = 0; plane < map->planes; plane++) {
    code |= lane_of(design, output, address + plane, map->bits[channel], map->lane_bits) << 8 * plane;
  }
  if (map->values != NULL) return map->values[code];
  if (map->planes > 1) return sign_extended(code, 32);
  return map->two_s_complement ? sign_extended(code, map->lane_bits) : (int32_t)code;
}

/* Exact: a sum has at most 32 bits. */
static double value_of(const lutmac_description *design, uint32_t index, const uint8_t *output, uint32_t channel, uint32_t y,
                       uint32_t x) {
  return scaled((double)lutmac_integer(design, index, output, channel, y, x),
                -design->outputs[index].fraction_bits[channel]);
}

float lutmac_value(const lutmac_description *design, uint32_t index, const uint8_t *output, uint32_t channel, uint32_t y,
                   uint32_t x) {
  return (float)value_of(design, index, output, channel, y, x);
}

uint32_t lutmac_argmax(const lutmac_description *design, uint32_t index, const uint8_t *output) {
  uint32_t best = 0, channel;
  double most = value_of(design, index, output, 0, 0, 0);
  for (channel = 1; channel < design->outputs[index].channels; channel++) {
    const double value = value_of(design, index, output, channel, 0, 0);
    if (value > most) {
      most = value;
      best = channel;
    }
  }
  return best;
}

static uint32_t field(uint32_t value, uint32_t mask, uint32_t shift) { return (value & mask) >> shift; }

int lutmac_bus_check(const lutmac_bus *bus, const lutmac_description *design) {
  if (bus->read(bus->context, LUTMAC_REG_IDENTIFICATION) != LUTMAC_IDENTIFICATION) return LUTMAC_MISMATCH;
  if (field(bus->read(bus->context, LUTMAC_REG_VERSION), LUTMAC_VERSION_REGISTER_VERSION_MASK,
            LUTMAC_VERSION_REGISTER_VERSION_SHIFT) != LUTMAC_REGISTER_VERSION) {
    return LUTMAC_MISMATCH;
  }
  if (bus->read(bus->context, LUTMAC_REG_CONFIGURATION) != design->fingerprint) return LUTMAC_MISMATCH;
  return LUTMAC_OK;
}

static void write_address(const lutmac_bus *bus, uint32_t low, uint32_t high, uint64_t address) {
  bus->write(bus->context, low, (uint32_t)address);
  bus->write(bus->context, high, (uint32_t)(address >> 32));
}

void lutmac_bus_scratch(const lutmac_bus *bus, uint64_t scratch) {
  write_address(bus, LUTMAC_REG_SCRATCH_ADDRESS, LUTMAC_REG_SCRATCH_ADDRESS_HIGH, scratch);
}

int lutmac_bus_start(const lutmac_bus *bus, uint64_t image, uint64_t input, uint64_t output, int load) {
  const uint32_t both = LUTMAC_INTERRUPT_STATUS_DONE_MASK | LUTMAC_INTERRUPT_STATUS_ERROR_MASK;
  /* A write to the image's address makes the accelerator load it again. */
  const uint64_t before = bus->read(bus->context, LUTMAC_REG_IMAGE_ADDRESS) |
                          (uint64_t)bus->read(bus->context, LUTMAC_REG_IMAGE_ADDRESS_HIGH) << 32;
  if ((bus->read(bus->context, LUTMAC_REG_STATUS) & LUTMAC_STATUS_BUSY_MASK) != 0) return LUTMAC_BUSY;
  if (before != image) write_address(bus, LUTMAC_REG_IMAGE_ADDRESS, LUTMAC_REG_IMAGE_ADDRESS_HIGH, image);
  write_address(bus, LUTMAC_REG_INPUT_ADDRESS, LUTMAC_REG_INPUT_ADDRESS_HIGH, input);
  write_address(bus, LUTMAC_REG_OUTPUT_ADDRESS, LUTMAC_REG_OUTPUT_ADDRESS_HIGH, output);
  bus->write(bus->context, LUTMAC_REG_INTERRUPT_STATUS, both);
  bus->write(bus->context, LUTMAC_REG_INTERRUPT_ENABLE, bus->wait != NULL ? both : 0);
  bus->write(bus->context, LUTMAC_REG_CONTROL,
             LUTMAC_CONTROL_START_MASK | (load ? LUTMAC_CONTROL_LOAD_MASK : 0u));
  return LUTMAC_OK;
}

int lutmac_bus_finish(const lutmac_bus *bus, uint32_t looks, lutmac_result *result) {
  const uint32_t both = LUTMAC_INTERRUPT_STATUS_DONE_MASK | LUTMAC_INTERRUPT_STATUS_ERROR_MASK;
  uint32_t status;
  result->cause = 0;
  result->address = 0;
  result->cycles = 0;
  for (;; looks--) {
    status = bus->read(bus->context, LUTMAC_REG_INTERRUPT_STATUS) & both;
    if (status != 0) break;
    if (looks == 0) return LUTMAC_TIMEOUT;
    if (bus->wait != NULL && bus->wait(bus->context) != 0) return LUTMAC_IO;
  }
  bus->write(bus->context, LUTMAC_REG_INTERRUPT_STATUS, status);
  result->cycles = bus->read(bus->context, LUTMAC_REG_CYCLES);
  result->cause = field(bus->read(bus->context, LUTMAC_REG_ERROR_CAUSE), LUTMAC_ERROR_CAUSE_CAUSE_MASK,
                        LUTMAC_ERROR_CAUSE_CAUSE_SHIFT);
  result->address = bus->read(bus->context, LUTMAC_REG_ERROR_ADDRESS) |
                    (uint64_t)bus->read(bus->context, LUTMAC_REG_ERROR_ADDRESS_HIGH) << 32;
  return (status & LUTMAC_INTERRUPT_STATUS_ERROR_MASK) != 0 ? LUTMAC_FAILED : LUTMAC_OK;
}

void lutmac_bus_abort(const lutmac_bus *bus) {
  bus->write(bus->context, LUTMAC_REG_CONTROL, LUTMAC_CONTROL_ABORT_MASK);
}

static int is_image(const uint8_t *image) {
  return get32(image + LUTMAC_IMAGE_IDENTIFICATION_OFFSET) == LUTMAC_IMAGE_IDENTIFICATION;
}

static uint32_t field64(uint64_t value, uint32_t bit, uint32_t bits) {
  return (uint32_t)(value >> bit & (((uint64_t)1 << bits) - 1));
}

static uint32_t report_field(const uint64_t *report, uint32_t bit, uint32_t bits) {
  return field64(report[bit / 64], bit % 64, bits);
}

static int is_report(const uint64_t *report) {
  return report_field(report, LUTMAC_REPORT_IDENTIFICATION_BIT, LUTMAC_REPORT_IDENTIFICATION_BITS) ==
         LUTMAC_REPORT_IDENTIFICATION_WORD;
}

static int told(const lutmac_stream *stream, uint64_t *report) {
  int at;
  if (stream->send(stream->context, LUTMAC_COMMAND_STATUS_HEADER) != 0) return LUTMAC_IO;
  if (stream->receive(stream->context, &report[0]) != 0) return LUTMAC_IO;
  /* The answer of a run that somebody else started, or an abort ended, stands in front of it. */
  if (!is_report(report) && stream->receive(stream->context, &report[0]) != 0) return LUTMAC_IO;
  for (at = 1; at < LUTMAC_REPORT_BEATS; at++) {
    if (stream->receive(stream->context, &report[at]) != 0) return LUTMAC_IO;
  }
  return LUTMAC_OK;
}

/* After a refused command all others are dropped, and have no answer, until there is an abort. */
static int abandoned(const lutmac_stream *stream, int outcome) {
  return stream->send(stream->context, LUTMAC_COMMAND_ABORT_HEADER) != 0 ? LUTMAC_IO : outcome;
}

/* Whether one of the commands since the last abort was refused. A run that has ended early is no refused command. */
static int refused(const lutmac_stream *stream, lutmac_result *result) {
  uint64_t report[LUTMAC_REPORT_BEATS];
  if (told(stream, report) != LUTMAC_OK) return LUTMAC_IO;
  result->cause = report_field(report, LUTMAC_REPORT_CAUSE_BIT, LUTMAC_REPORT_CAUSE_BITS);
  result->address = report_field(report, LUTMAC_REPORT_ADDRESS_BIT, LUTMAC_REPORT_ADDRESS_BITS);
  switch (result->cause) {
    case LUTMAC_CAUSE_OPERATION:
    case LUTMAC_CAUSE_MEMORY:
    case LUTMAC_CAUSE_RANGE:
    case LUTMAC_CAUSE_BUSY:
      return abandoned(stream, LUTMAC_FAILED);
    default:
      result->cause = LUTMAC_CAUSE_NONE;
      result->address = 0;
      return LUTMAC_OK;
  }
}

int lutmac_stream_check(const lutmac_stream *stream, const lutmac_description *design) {
  uint64_t report[LUTMAC_REPORT_BEATS];
  if (told(stream, report) != LUTMAC_OK) return LUTMAC_IO;
  if (!is_report(report) ||
      report_field(report, LUTMAC_REPORT_VERSION_BIT, LUTMAC_REPORT_VERSION_BITS) != LUTMAC_PROTOCOL_VERSION ||
      report_field(report, LUTMAC_REPORT_ROWS_BIT, LUTMAC_REPORT_ROWS_BITS) != design->rows ||
      report_field(report, LUTMAC_REPORT_COLS_BIT, LUTMAC_REPORT_COLS_BITS) != design->columns) {
    return LUTMAC_MISMATCH;
  }
  return LUTMAC_OK;
}

int lutmac_stream_load(const lutmac_stream *stream, const uint8_t *image) {
  uint32_t at;
  int outcome;
  lutmac_result result;
  const uint8_t *setup = image + get32(image + LUTMAC_IMAGE_SETUP_OFFSET_OFFSET);
  const uint32_t beats = get32(image + LUTMAC_IMAGE_SETUP_BEATS_OFFSET);
  if (!is_image(image)) return LUTMAC_MISMATCH;
  /* Who drove the accelerator before may have left it where it refuses commands. */
  if (abandoned(stream, LUTMAC_OK) != LUTMAC_OK) return LUTMAC_IO;
  for (at = 0; at < beats; at++) {
    if (stream->send(stream->context, get64(setup + 8 * at)) != 0) return LUTMAC_IO;
  }
  outcome = refused(stream, &result);
  return outcome == LUTMAC_FAILED ? LUTMAC_MISMATCH : outcome;
}

static uint32_t aligned(uint32_t bytes) {
  return (bytes + LUTMAC_IMAGE_ALIGNMENT - 1) / LUTMAC_IMAGE_ALIGNMENT * LUTMAC_IMAGE_ALIGNMENT;
}

/* Executes the entries of a script that move an input or an output. */
static int moved(const lutmac_stream *stream, const uint8_t *image, uint32_t operation, const uint8_t *input,
                 uint8_t *output) {
  const uint8_t *script = image + 8 * LUTMAC_IMAGE_HEADER_WORDS;
  uint32_t entries = get32(image + LUTMAC_IMAGE_ENTRIES_OFFSET), at;
  for (; entries > 0; entries--, script += 8 * LUTMAC_IMAGE_ENTRY_WORDS) {
    const uint64_t command = get64(script);
    const uint32_t beats = field64(get64(script + 8), LUTMAC_ENTRY_BEATS_BIT, LUTMAC_ENTRY_BEATS_BITS);
    if (field64(command, LUTMAC_COMMAND_OPERATION_BIT, LUTMAC_COMMAND_OPERATION_BITS) != operation) continue;
    if (stream->send(stream->context, command) != 0) return LUTMAC_IO;
    for (at = 0; at < beats; at++) {
      uint64_t beat;
      if (operation == LUTMAC_COMMAND_WRITE) {
        if (stream->send(stream->context, get64(input + 8 * at)) != 0) return LUTMAC_IO;
      } else {
        if (stream->receive(stream->context, &beat) != 0) return LUTMAC_IO;
        put64(output + 8 * at, beat);
      }
    }
    if (operation == LUTMAC_COMMAND_WRITE) {
      input += aligned(8 * beats);
    } else {
      output += aligned(8 * beats);
    }
  }
  return LUTMAC_OK;
}

/* The command of a script that runs the program. */
static uint64_t run_command(const uint8_t *image) {
  const uint8_t *script = image + 8 * LUTMAC_IMAGE_HEADER_WORDS;
  uint32_t entries = get32(image + LUTMAC_IMAGE_ENTRIES_OFFSET);
  for (; entries > 1; entries--, script += 8 * LUTMAC_IMAGE_ENTRY_WORDS) {
    if (field64(get64(script), LUTMAC_COMMAND_OPERATION_BIT, LUTMAC_COMMAND_OPERATION_BITS) == LUTMAC_COMMAND_RUN) break;
  }
  return get64(script);
}

static int answered(const lutmac_stream *stream, lutmac_result *result) {
  uint64_t beat;
  if (stream->receive(stream->context, &beat) != 0) return LUTMAC_IO;
  result->cycles = field64(beat, LUTMAC_ANSWER_CYCLES_BIT, LUTMAC_ANSWER_CYCLES_BITS);
  result->cause = field64(beat, LUTMAC_ANSWER_CAUSE_BIT, LUTMAC_ANSWER_CAUSE_BITS);
  result->address = field64(beat, LUTMAC_ANSWER_LAYER_BIT, LUTMAC_ANSWER_LAYER_BITS);
  return result->cause != LUTMAC_CAUSE_NONE ? abandoned(stream, LUTMAC_FAILED) : LUTMAC_OK;
}

/* Starts the program, writes the next input when the layers that read the last one are over, and waits for the end. */
static int run_beside(const lutmac_stream *stream, const uint8_t *image, uint32_t layer, const uint8_t *next,
                      lutmac_result *result) {
  const uint64_t start = run_command(image) - LUTMAC_COMMAND_RUN + LUTMAC_COMMAND_START;
  const uint64_t after = LUTMAC_COMMAND_AFTER + ((uint64_t)layer << LUTMAC_COMMAND_ADDRESS_BIT);
  if (stream->send(stream->context, start) != 0 || stream->send(stream->context, after) != 0) return LUTMAC_IO;
  if (moved(stream, image, LUTMAC_COMMAND_WRITE, next, 0) != LUTMAC_OK) return LUTMAC_IO;
  return stream->send(stream->context, LUTMAC_COMMAND_WAIT) != 0 ? LUTMAC_IO : answered(stream, result);
}

int lutmac_stream_series(const lutmac_stream *stream, const lutmac_description *design, const uint8_t *image,
                         uint32_t images, const uint8_t *const *inputs, uint8_t *const *outputs, lutmac_result *result) {
  uint32_t at;
  int outcome = LUTMAC_OK;
  if (!is_image(image)) return LUTMAC_MISMATCH;
  result->cause = LUTMAC_CAUSE_NONE;
  result->address = 0;
  result->cycles = 0;
  for (at = 0; at < images; at++) {
    const int beside = at + 1 < images && design->input_free_at != LUTMAC_NEVER;
    const int written = at > 0 && design->input_free_at != LUTMAC_NEVER;
    if (!written) {
      if (moved(stream, image, LUTMAC_COMMAND_WRITE, inputs[at], 0) != LUTMAC_OK) return LUTMAC_IO;
      /* What follows a refused write would not be answered; those of other images are not refused either. */
      outcome = refused(stream, result);
      if (outcome != LUTMAC_OK) return outcome;
    }
    if (beside) {
      outcome = run_beside(stream, image, design->input_free_at, inputs[at + 1], result);
    } else if (stream->send(stream->context, run_command(image)) != 0) {
      outcome = LUTMAC_IO;
    } else {
      outcome = answered(stream, result);
    }
    if (outcome == LUTMAC_OK) outcome = moved(stream, image, LUTMAC_COMMAND_READ, 0, outputs[at]);
    if (outcome != LUTMAC_OK) return outcome;
  }
  return LUTMAC_OK;
}

int lutmac_stream_run(const lutmac_stream *stream, const uint8_t *image, const uint8_t *input, uint8_t *output,
                      lutmac_result *result) {
  static const lutmac_description alone = {.input_free_at = LUTMAC_NEVER};
  return lutmac_stream_series(stream, &alone, image, 1, &input, &output, result);
}
