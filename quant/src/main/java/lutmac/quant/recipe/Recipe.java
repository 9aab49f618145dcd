package lutmac.quant.recipe;

import java.util.Objects;
import lutmac.quant.plan.FormatPlan;
import lutmac.quant.plan.MapFormat;
import lutmac.quant.plan.WeightFormat;

/** How the formats of a network are chosen. */
public sealed interface Recipe {

  /**
   * The same formats in every layer: {@code lut} with a table.
   *
   * @param channelShifts whether every output channel has a power-of-two scale of its own
   */
  record Uniform(WeightFormat weights, boolean channelShifts, MapFormat maps) implements Recipe {
    public Uniform {
      Objects.requireNonNull(weights, "weights");
      Objects.requireNonNull(maps, "maps");
    }
  }

  /** Formats that someone wrote down. */
  record Planned(FormatPlan plan) implements Recipe {
    public Planned {
      Objects.requireNonNull(plan, "plan");
    }
  }
}
