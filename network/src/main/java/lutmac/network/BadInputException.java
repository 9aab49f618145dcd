package lutmac.network;

/**
 * The user's input cannot be used. The message is one line for the user: it names the file and the
 * node, says what is wrong and what to do. The command prints it and exits with 2.
 */
public final class BadInputException extends RuntimeException {
  /** A refusal of which the message says everything. */
  public BadInputException(String message) {
    super(message);
  }

  /** A refusal with what went wrong behind it. */
  public BadInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
