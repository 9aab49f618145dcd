package lutmac.runtime.kernel;

/** Weights that {@link Convolution#prepare} made ready. Read by any number of threads. */
public sealed interface Weights permits DenseConvolution.Packed, DepthwiseConvolution.Plain {}
