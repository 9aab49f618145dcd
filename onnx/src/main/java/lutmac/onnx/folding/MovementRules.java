package lutmac.onnx.folding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.Refusal;

/** Operators that move elements and change none. */
final class MovementRules {
  private MovementRules() {}

  static Constant reshape(Call call) {
    Constant data = call.input(0);
    boolean zeroMeansZero = call.node().integer("allowzero", 0) != 0;
    long[] dims = call.integers(1).clone();
    int open = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0 && !zeroMeansZero && i < data.dims().length) {
        dims[i] = data.dims()[i];
      }
      if (dims[i] == -1 && open < 0) {
        open = i;
      } else if (dims[i] < 0) {
        throw new Refusal(
            "its new shape %s is not usable".formatted(Arrays.toString(call.integers(1))));
      } else {
        known = Math.multiplyExact(known, dims[i]);
      }
    }
    if (open >= 0 && known > 0 && data.size() % known == 0) {
      dims[open] = data.size() / known;
      known = data.size();
    }
    if (known != data.size()) {
      throw new Refusal(
          "its new shape %s does not hold the %d values of '%s'"
              .formatted(Arrays.toString(call.integers(1)), data.size(), data.name()));
    }
    return data.reshaped(dims);
  }

  static Constant flatten(Call call) {
    Constant data = call.input(0);
    int rank = data.dims().length;
    int axis = Call.axis(call.node().integer("axis", 1), rank + 1);
    int rows = Call.volume(Arrays.copyOf(data.dims(), axis));
    return data.reshaped(new long[] {rows, rows == 0 ? 0 : data.size() / rows});
  }

  static Constant squeeze(Call call) {
    Constant data = call.input(0);
    long[] old = data.dims();
    long[] axes = call.moved("axes", 1, 13);
    boolean[] drop = new boolean[old.length];
    for (int i = 0; i < old.length; i++) {
      drop[i] = axes == null && old[i] == 1;
    }
    for (long axis : axes == null ? new long[0] : axes) {
      int at = Call.axis(axis, old.length);
      if (old[at] != 1) {
        throw new Refusal("axis %d does not have extent 1".formatted(axis));
      }
      drop[at] = true;
    }
    return data.reshaped(
        IntStream.range(0, old.length).filter(i -> !drop[i]).mapToLong(i -> old[i]).toArray());
  }

  static Constant unsqueeze(Call call) {
    Constant data = call.input(0);
    long[] axes = call.moved("axes", 1, 13);
    if (axes == null) {
      throw new Refusal("its axes are missing");
    }
    int rank = data.dims().length + axes.length;
    long[] dims = new long[rank];
    for (long axis : axes) {
      int at = Call.axis(axis, rank);
      if (dims[at] == 1) {
        throw new Refusal("axis %d is not usable".formatted(axis));
      }
      dims[at] = 1;
    }
    int next = 0;
    for (int i = 0; i < rank; i++) {
      dims[i] = dims[i] == 1 ? 1 : data.dims()[next++];
    }
    return data.reshaped(dims);
  }

  static Constant transpose(Call call) {
    Constant data = call.input(0);
    int rank = data.dims().length;
    long[] reversed = new long[rank];
    Arrays.setAll(reversed, i -> rank - 1L - i);
    return transposed(data, call.node().integers("perm").orElse(reversed));
  }

  static Constant transposed(Constant data, long[] perm) {
    int rank = data.dims().length;
    long[] sorted = perm.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < rank; i++) {
      if (perm.length != rank || sorted[i] != i) {
        throw new Refusal("perm %s is no permutation".formatted(Arrays.toString(perm)));
      }
    }
    int[] strides = strides(data.dims());
    long[] dims = new long[rank];
    int[] steps = new int[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = data.dims()[(int) perm[i]];
      steps[i] = strides[(int) perm[i]];
    }
    return data.picked(positions(dims, steps, 0), dims);
  }

  static Constant slice(Call call) {
    Constant data = call.input(0);
    int rank = data.dims().length;
    boolean attributes = call.opset() < 10;
    long[] starts = attributes ? call.node().integers("starts").orElse(null) : call.integers(1);
    long[] ends = attributes ? call.node().integers("ends").orElse(null) : call.integers(2);
    long[] axes = attributes || call.has(3) ? call.moved("axes", 3, 10) : null;
    long[] steps = !attributes && call.has(4) ? call.integers(4) : null;
    if (starts == null || ends == null || starts.length != ends.length) {
      throw new Refusal("its starts and ends do not belong together");
    }
    int[] strides = strides(data.dims());
    long[] dims = data.dims().clone();
    int offset = 0;
    for (int i = 0; i < starts.length; i++) {
      int axis = Call.axis(axes == null ? i : axes[i], rank);
      long step = steps == null ? 1 : steps[i];
      Slicing cut = Slicing.of(Call.known(starts[i]), ends[i], step, data.dims()[axis]);
      offset += cut.start() * strides[axis];
      strides[axis] *= cut.step();
      dims[axis] = cut.count();
    }
    return data.picked(positions(dims, strides, offset), dims);
  }

  static Constant gather(Call call) {
    Constant data = call.input(0);
    int axis = Call.axis(call.node().integer("axis", 0), data.dims().length);
    long[] indices = call.integers(1);
    long extent = data.dims()[axis];
    long[] old = data.dims();
    long[] chosen = call.input(1).dims();
    long[] dims = new long[old.length + chosen.length - 1];
    System.arraycopy(old, 0, dims, 0, axis);
    System.arraycopy(chosen, 0, dims, axis, chosen.length);
    System.arraycopy(old, axis + 1, dims, axis + chosen.length, old.length - axis - 1);
    int inner = Call.volume(Arrays.copyOfRange(old, axis + 1, old.length));
    int[] positions = new int[Call.volume(dims)];
    for (int n = 0; n < positions.length; n++) {
      int block = n / inner;
      long index = indices[block % indices.length];
      index = index < 0 ? index + extent : index;
      if (index < 0 || index >= extent) {
        throw new Refusal("index %d is outside its list of %d".formatted(index, extent));
      }
      positions[n] = (int) ((block / indices.length * extent + index) * inner + n % inner);
    }
    return data.picked(positions, dims);
  }

  static Constant concat(Call call) {
    Constant first = call.input(0);
    int rank = first.dims().length;
    int axis = Call.axis(call.node().integer("axis", 1), rank);
    long[] dims = first.dims().clone();
    dims[axis] = 0;
    boolean real = first.fold(reals -> true, integers -> false);
    for (Constant part : call.inputs()) {
      long[] other = part.dims();
      boolean fits = other.length == rank && part.fold(reals -> real, integers -> !real);
      for (int i = 0; i < rank && fits; i++) {
        fits = i == axis || other[i] == dims[i];
      }
      if (!fits) {
        throw new Refusal("it joins constants that do not lie side by side");
      }
      dims[axis] = Math.addExact(dims[axis], other[axis]);
    }
    int size = Call.volume(dims);
    int outer = Call.volume(Arrays.copyOf(dims, axis));
    if (real) {
      float[] values = new float[size];
      int at = 0;
      for (int o = 0; o < outer; o++) {
        for (Constant part : call.inputs()) {
          float[] from = part.fold(Constant.Floats::values, integers -> new float[0]);
          int run = from.length / outer;
          System.arraycopy(from, o * run, values, at, run);
          at += run;
        }
      }
      return call.floats(dims, values);
    }
    long[] values = new long[size];
    int at = 0;
    for (int o = 0; o < outer; o++) {
      for (Constant part : call.inputs()) {
        long[] from = part.fold(reals -> new long[0], Constant.Integers::values);
        int run = from.length / outer;
        System.arraycopy(from, o * run, values, at, run);
        at += run;
      }
    }
    return call.integers(dims, values, SourceRules.typeOf(first));
  }

  static Constant expand(Call call) {
    long[] target = call.integers(1);
    Constant data = call.input(0);
    return broadcast(data, Broadcast.joined(data.dims(), target));
  }

  static Constant broadcast(Constant data, long[] dims) {
    return data.picked(positions(dims, Broadcast.strides(data.dims(), dims), 0), dims);
  }

  static Constant tile(Call call) {
    Constant data = call.input(0);
    long[] repeats = call.integers(1);
    int rank = data.dims().length;
    if (repeats.length != rank) {
      throw new Refusal("it has %d repeats for %d dimensions".formatted(repeats.length, rank));
    }
    // Every axis as two, of which the outer one repeats.
    long[] split = new long[2 * rank];
    int[] steps = new int[2 * rank];
    long[] dims = new long[rank];
    int[] strides = strides(data.dims());
    for (int i = 0; i < rank; i++) {
      split[2 * i] = Call.known(repeats[i]);
      split[2 * i + 1] = data.dims()[i];
      steps[2 * i + 1] = strides[i];
      dims[i] = Math.multiplyExact(split[2 * i], split[2 * i + 1]);
    }
    return data.picked(positions(split, steps, 0), dims);
  }

  static List<Constant> split(Call call) {
    Constant data = call.input(0);
    int axis = Call.axis(call.node().integer("axis", 0), data.dims().length);
    int outputs = call.node().proto().getOutputCount();
    long extent = data.dims()[axis];
    long[] sizes = call.moved("split", 1, 13);
    if (sizes == null) {
      long each = (extent + outputs - 1) / outputs;
      sizes = new long[outputs];
      for (int i = 0; i < outputs; i++) {
        sizes[i] = Math.max(0, Math.min(each, extent - i * each));
      }
    }
    if (sizes.length != outputs || Arrays.stream(sizes).sum() != extent) {
      throw new Refusal(
          "its parts %s do not make up the extent %d".formatted(Arrays.toString(sizes), extent));
    }
    int[] strides = strides(data.dims());
    List<Constant> parts = new ArrayList<>();
    int offset = 0;
    for (long size : sizes) {
      long[] dims = data.dims().clone();
      dims[axis] = size;
      parts.add(data.picked(positions(dims, strides, offset), dims));
      offset += (int) size * strides[axis];
    }
    return parts;
  }

  /** Steps of a row-major tensor. */
  static int[] strides(long[] dims) {
    int[] strides = new int[dims.length];
    int stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= (int) dims[i];
    }
    return strides;
  }

  /** Where the elements of a tensor lie that steps through another one. */
  static int[] positions(long[] dims, int[] strides, int offset) {
    int[] positions = new int[Call.volume(dims)];
    int[] at = new int[dims.length];
    int from = offset;
    for (int n = 0; n < positions.length; n++) {
      positions[n] = from;
      for (int i = dims.length - 1; i >= 0; i--) {
        from += strides[i];
        if (++at[i] < dims[i]) {
          break;
        }
        from -= at[i] * strides[i];
        at[i] = 0;
      }
    }
    return positions;
  }
}
