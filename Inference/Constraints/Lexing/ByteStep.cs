namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>A range of bytes that leads to one state.</summary>
/// <param name="First">First byte.</param>
/// <param name="Last">Last byte.</param>
/// <param name="Target">State.</param>
internal readonly record struct ByteStep(byte First, byte Last, int Target);
