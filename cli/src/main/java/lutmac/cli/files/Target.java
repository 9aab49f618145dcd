package lutmac.cli.files;

import java.util.Optional;
import lutmac.api.files.DesignInput;

/** What a network is quantized for: a design that is there, or one that is yet to be made. */
public final class Target {
  /** How the latter is called. */
  public static final String ANY = "hardware";

  private final Optional<DesignInput> design;

  Target(Optional<DesignInput> design) {
    this.design = design;
  }

  /** The design; empty if there is none yet. */
  public Optional<DesignInput> design() {
    return design;
  }
}
