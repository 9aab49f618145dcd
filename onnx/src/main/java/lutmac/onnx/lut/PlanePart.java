package lutmac.onnx.lut;

/**
 * One weight plane in the description.
 *
 * @param table name of the int8 initializer with the codebook's levels
 * @param codes name of the uint8 initializer {@code [O, I / groups, Kh, Kw]}
 */
record PlanePart(String table, String codes) {}
