package lutmac.generator.program;

/**
 * How a copy of the network input is arranged, for a host that packs it. Stored channel k stands
 * for channel {@code k mod C} of the image at kernel column {@code k / C mod foldedColumns} and
 * kernel row {@code k / C / foldedColumns}; at the stored pixel (y, x) it holds the image's pixel
 * {@code (y * rowStep + kernel row * rowDilation - padTop, x * columnStep + kernel column *
 * columnDilation - padLeft)}, or, where there is none, the channel's pad code.
 *
 * @param fold the kind of arrangement, for people
 * @param channels stored channels
 * @param height stored rows
 * @param width stored columns
 * @param foldedRows kernel rows that are channels of their own, 1 where none are
 * @param foldedColumns kernel columns likewise
 * @param rowStep rows of the image from one stored row to the next
 * @param columnStep columns likewise
 * @param rowDilation rows of the image from one folded kernel row to the next
 * @param columnDilation columns likewise
 * @param padTop rows of padding above the image
 * @param padLeft columns of padding left of it
 */
public record InputLayout(
    InputFold fold,
    int channels,
    int height,
    int width,
    int foldedRows,
    int foldedColumns,
    int rowStep,
    int columnStep,
    int rowDilation,
    int columnDilation,
    int padTop,
    int padLeft) {}
