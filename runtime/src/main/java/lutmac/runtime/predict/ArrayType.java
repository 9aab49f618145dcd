package lutmac.runtime.predict;

import java.nio.ByteBuffer;
import java.util.Locale;

/** Element type of a NumPy array; more than one byte stands in little-endian order. */
public enum ArrayType {
  INT8("|i1", 1),
  UINT8("|u1", 1),
  INT16("<i2", 2),
  UINT16("<u2", 2),
  INT32("<i4", 4),
  FLOAT32("<f4", 4),
  FLOAT64("<f8", 8);

  private final String description;
  private final int bytes;

  ArrayType(String description, int bytes) {
    this.description = description;
    this.bytes = bytes;
  }

  /** The narrowest integers that hold a code of so many bits, 1 to 32, the sign among them. */
  static ArrayType ofCode(int bits, boolean signed) {
    if (bits <= Byte.SIZE) {
      return signed ? INT8 : UINT8;
    }
    if (bits <= Short.SIZE) {
      return signed ? INT16 : UINT16;
    }
    return INT32;
  }

  /** NumPy's name: {@code uint8}. */
  public String numpyName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As a file's header says it: {@code <f4}. */
  String description() {
    return description;
  }

  /** Bytes of an element. */
  int bytes() {
    return bytes;
  }

  /** Appends a value that the type holds. */
  void put(ByteBuffer to, double value) {
    switch (this) {
      case INT8, UINT8 -> to.put((byte) (int) value);
      case INT16, UINT16 -> to.putShort((short) (int) value);
      case INT32 -> to.putInt((int) value);
      case FLOAT32 -> to.putFloat((float) value);
      case FLOAT64 -> to.putDouble(value);
    }
  }
}
