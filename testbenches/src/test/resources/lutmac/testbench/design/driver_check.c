/* Packs the codes of an image with the driver, and reads an output: driver_check CODES INPUT OUTPUT writes INPUT, and prints
   the class and the integers of OUTPUT. */
#include <stdio.h>
#include <stdlib.h>

#include DESIGN_HEADER

static uint8_t *contents(const char *path, size_t bytes) {
  uint8_t *all = malloc(bytes);
  FILE *file = fopen(path, "rb");
  if (all == NULL || file == NULL || fread(all, 1, bytes, file) != bytes) exit(3);
  fclose(file);
  return all;
}

int main(int count, char **arguments) {
  const lutmac_description *design = &DESIGN;
  uint32_t index, channel, y, x;
  uint8_t *codes, *output, *input = malloc(design->input_bytes);
  FILE *file;
  if (count != 4 || input == NULL) return 2;
  codes = contents(arguments[1], (size_t)design->channels * design->height * design->width);
  lutmac_pack(design, codes, input);
  file = fopen(arguments[2], "wb");
  if (file == NULL || fwrite(input, 1, design->input_bytes, file) != design->input_bytes) return 4;
  fclose(file);
  output = contents(arguments[3], design->output_bytes);
  for (index = 0; index < design->output_count; index++) {
    const lutmac_output *map = &design->outputs[index];
    printf("%u", (unsigned)lutmac_argmax(design, index, output));
    for (channel = 0; channel < map->channels; channel++) {
      for (y = 0; y < map->height; y++) {
        for (x = 0; x < map->width; x++) {
          printf(" %ld", (long)lutmac_integer(design, index, output, channel, y, x));
        }
      }
    }
    printf("\n");
  }
  free(input);
  free(codes);
  free(output);
  return 0;
}
