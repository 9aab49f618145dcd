package lutmac.cli;

/** How much a command says besides its result, on standard error. */
enum Verbosity {
  /** Errors alone. */
  QUIET,

  /** Remarks, and the progress of what takes long. */
  NORMAL,

  /** Progress of everything, as plain lines. */
  VERBOSE
}
