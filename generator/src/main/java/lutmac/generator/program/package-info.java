/**
 * The compiler: a layer is lowered to its descriptor, the layers are placed in the memories, and a
 * network becomes a program with memory images; what that takes in cycles is predicted.
 */
package lutmac.generator.program;
