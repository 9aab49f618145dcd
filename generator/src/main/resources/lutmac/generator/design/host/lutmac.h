/* Driver of lutmac accelerators, C99: packs images, starts runs, reads answers. It needs no operating system, no heap and
   no library. What differs from design to design is in NAME_design.h; lutmac_regs.h has the registers. */
#ifndef LUTMAC_H
#define LUTMAC_H

#include <stdint.h>

/* What functions return that can fail. */
enum {
  LUTMAC_OK = 0,
  LUTMAC_FAILED = 1,   /* the accelerator stopped with a cause */
  LUTMAC_TIMEOUT = 2,  /* it did not end in time */
  LUTMAC_MISMATCH = 3, /* it is no accelerator of this design, or the image is none of it */
  LUTMAC_IO = 4,       /* a function of the transport failed */
  LUTMAC_BUSY = 5      /* an earlier run has not ended */
};

/* Words of the feature maps, and where they lie in the input or output buffer. */
typedef struct {
  uint32_t base_address; /* of the first word */
  uint32_t words;
  uint32_t offset; /* in the buffer, bytes */
} lutmac_region;

/* A copy of the image in the input buffer; design.schema.json, input.views, has the formula. */
typedef struct {
  lutmac_region region;
  uint32_t channels, height, width;
  uint32_t folded_rows, folded_columns;
  uint32_t row_step, column_step;
  uint32_t row_dilation, column_dilation;
  uint32_t pad_top, pad_left;
} lutmac_view;

/* A map that the network returns; design.schema.json, outputs. */
typedef struct {
  const char *name;
  uint32_t channels, height, width;
  uint32_t lane_bits;
  uint32_t planes;               /* words of a pixel */
  int two_s_complement;          /* the lanes' codes are signed */
  const uint32_t *addresses;     /* word of pixel 0, per channel */
  const uint16_t *bits;          /* lowest bit of the lane, per channel */
  const int16_t *fraction_bits;  /* value = integer * 2^-fraction_bits, per channel */
  const int16_t *values;         /* integer of every code, or null: the code itself */
} lutmac_output;

/* No layer at all. */
#define LUTMAC_NEVER 0xffffffffu

typedef struct {
  const char *name;
  uint32_t fingerprint;   /* of the configuration: hardware and memory images that fit each other have the same */
  uint32_t rows, columns; /* of the array */
  uint32_t word_bytes;    /* of a feature-map word in the buffers */
  uint32_t channels, height, width; /* of the image */
  const uint8_t *pad_codes;         /* per channel */
  int codes_are_pixels;             /* the first layer subtracts the mean */
  int two_s_complement;             /* codes are signed */
  uint32_t code_bits;
  int fraction_bits;
  const double *mean; /* per channel, in the network's order */
  const double *std;
  const lutmac_view *views;
  uint32_t view_count;
  const lutmac_region *reads; /* regions of the output buffer */
  uint32_t read_count;
  const lutmac_output *outputs;
  uint32_t output_count;
  uint32_t input_bytes, output_bytes; /* of the buffers, which begin at multiples of 16 */
  uint32_t scratch_bytes;
  uint32_t input_free_at; /* layer from which on the next input may be written beside a run, or LUTMAC_NEVER */
} lutmac_description;

/* Images and answers. */

/* The code of a pixel of a channel, counted in the network's order. */
uint8_t lutmac_code(const lutmac_description *design, uint32_t channel, float pixel);

/* Arranges codes [channels][height][width] in the input buffer. */
void lutmac_pack(const lutmac_description *design, const uint8_t *codes, uint8_t *input);

/* An element of output number `index`, as integer and as real value. */
int32_t lutmac_integer(const lutmac_description *design, uint32_t index, const uint8_t *output, uint32_t channel, uint32_t y,
                       uint32_t x);
float lutmac_value(const lutmac_description *design, uint32_t index, const uint8_t *output, uint32_t channel, uint32_t y,
                   uint32_t x);

/* The channel with the largest value at pixel (0, 0), the first of equal ones: a classifier's class. */
uint32_t lutmac_argmax(const lutmac_description *design, uint32_t index, const uint8_t *output);

/* How the last run went. */
typedef struct {
  uint32_t cause;   /* LUTMAC_CAUSE_..., 0 for none */
  uint64_t address; /* where it went wrong */
  uint32_t cycles;
} lutmac_result;

/* An accelerator on a bus (generate --bus axi): registers, and buffers in memory that it reads and writes by itself. The
   caller sees to it that buffers lie at multiples of LUTMAC_IMAGE_ALIGNMENT, that caches are written back or
   invalidated, and that `write` does not overtake what was stored before, nor later loads `read`. */
typedef struct {
  uint32_t (*read)(void *context, uint32_t offset);
  void (*write)(void *context, uint32_t offset, uint32_t value);
  int (*wait)(void *context); /* returns 0 when an interrupt may have come; null: the driver polls */
  void *context;
} lutmac_bus;

/* Whether there is an accelerator with the registers that this driver knows, and of the configuration of this design. */
int lutmac_bus_check(const lutmac_bus *bus, const lutmac_description *design);

/* Starts a run. Addresses are the accelerator's; the image is that of image.bin. It is loaded if it is another one than
   before, or changed since: then say `load`. LUTMAC_BUSY, and nothing is started, while an earlier run or its abort has
   not ended. */
int lutmac_bus_start(const lutmac_bus *bus, uint64_t image, uint64_t input, uint64_t output, int load);

/* Where the accelerator keeps maps that do not stay in its buffers: scratch_bytes of the design, from a multiple of
   LUTMAC_IMAGE_ALIGNMENT on. Before the first start of a design whose scratch_bytes are not 0. */
void lutmac_bus_scratch(const lutmac_bus *bus, uint64_t scratch);

/* Waits until the run has ended, for so many looks at the registers or interrupts at most. */
int lutmac_bus_finish(const lutmac_bus *bus, uint32_t looks, lutmac_result *result);

/* Ends a run, after LUTMAC_TIMEOUT for example. It takes until the bus has answered all that it owes. */
void lutmac_bus_abort(const lutmac_bus *bus);

/* An accelerator behind two streams of 64-bit beats (generate --bus stream). Both functions return 0 when the beat has
   moved. */
typedef struct {
  int (*send)(void *context, uint64_t beat);
  int (*receive)(void *context, uint64_t *beat);
  void *context;
} lutmac_stream;

/* Whether what answers is an accelerator with an array as this design's, and the commands that this driver knows. */
int lutmac_stream_check(const lutmac_stream *stream, const lutmac_description *design);

/* Loads program, weights and parameters from the contents of image.bin. LUTMAC_MISMATCH where that is none, or where the
   accelerator refuses it. */
int lutmac_stream_load(const lutmac_stream *stream, const uint8_t *image);

/* Writes an input, runs, reads the output. When the accelerator refuses the input or stops the run, it is LUTMAC_FAILED, and
   the accelerator is where the next call can begin. After LUTMAC_IO it may not be: reset it. `receive` must give up some
   time: an accelerator with smaller buffers than those that the image was made for refuses to read, and then nothing comes. */
int lutmac_stream_run(const lutmac_stream *stream, const uint8_t *image, const uint8_t *input, uint8_t *output,
                      lutmac_result *result);

/* The same for several inputs, one behind the other. The next one is written beside the run of the one before, where the
   design says that it may be (input_free_at). It ends with the first that goes wrong; result is that of the last run. */
int lutmac_stream_series(const lutmac_stream *stream, const lutmac_description *design, const uint8_t *image,
                         uint32_t images, const uint8_t *const *inputs, uint8_t *const *outputs, lutmac_result *result);

#endif
