package lutmac.onnx.folding;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * Evaluates nodes whose inputs are all constants, as ONNX defines them. Chains of them are how
 * exporters spell shapes, paddings and masks. The batch size, {@link Constant.Integers#BATCH},
 * passes through what only moves it.
 */
public final class ConstantFolding {
  /** How one operator is evaluated. */
  interface Rule {
    /** Its outputs. */
    List<Constant> outputs(Call call);
  }

  /** How one operator of one output is evaluated. */
  interface SingleRule {
    Constant output(Call call);
  }

  private static final Map<String, Rule> RULES = new HashMap<>();

  static {
    single("Constant", SourceRules::constant);
    single("ConstantOfShape", SourceRules::constantOfShape);
    single("Range", SourceRules::range);
    single("Shape", SourceRules::shape);
    single("Size", SourceRules::size);
    single("Cast", SourceRules::cast);
    single("CastLike", SourceRules::castLike);
    single("Identity", call -> call.input(0));
    single("Dropout", call -> call.input(0));
    single("Reshape", MovementRules::reshape);
    single("Flatten", MovementRules::flatten);
    single("Squeeze", MovementRules::squeeze);
    single("Unsqueeze", MovementRules::unsqueeze);
    single("Transpose", MovementRules::transpose);
    single("Slice", MovementRules::slice);
    single("Gather", MovementRules::gather);
    single("Concat", MovementRules::concat);
    single("Expand", MovementRules::expand);
    single("Tile", MovementRules::tile);
    RULES.put("Split", MovementRules::split);
    ElementwiseRules.NAMES.forEach(name -> single(name, ElementwiseRules::evaluate));
    single("Where", ElementwiseRules::where);
    single("Clip", ElementwiseRules::clip);
    ReductionRules.NAMES.forEach(name -> single(name, ReductionRules::evaluate));
    single("MatMul", ReductionRules::matMul);
  }

  private static void single(String op, SingleRule rule) {
    RULES.put(op, call -> List.of(rule.output(call)));
  }

  private ConstantFolding() {}

  /** Whether an operator can be evaluated. */
  public static boolean knows(String op) {
    return RULES.containsKey(op);
  }

  /**
   * The outputs of a node.
   *
   * @param inputs what it reads; null where an optional input is absent
   * @throws Refusal if it cannot be evaluated
   */
  public static List<Constant> outputs(OnnxNode node, List<Constant> inputs, int opset) {
    try {
      return RULES.get(node.op()).outputs(new Call(node, inputs, opset));
    } catch (ArithmeticException e) {
      throw new Refusal("its constants cannot be computed (%s)".formatted(e.getMessage()));
    }
  }

  /**
   * What a Shape node makes of a tensor that the network computes.
   *
   * @param dims extents, the batch first as {@link Constant.Integers#BATCH}
   */
  public static Constant shape(OnnxNode node, long[] dims, int opset) {
    return SourceRules.sliced(new Call(node, List.of(), opset), dims);
  }
}
