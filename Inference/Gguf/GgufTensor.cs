namespace MistralServe.Inference.Gguf;

/// <summary>
/// What the header says of one tensor.
/// </summary>
/// <param name="Name">Unique name, at most 63 bytes.</param>
/// <param name="Dimensions">Zero to four lengths, each above 0, fastest-running first.</param>
/// <param name="Type">How elements are stored.</param>
/// <param name="Offset">First byte, counted from the start of the data section.</param>
/// <param name="ElementCount">Product of the dimensions.</param>
/// <param name="SizeBytes">Bytes of data.</param>
internal sealed record GgufTensor(string Name, IReadOnlyList<long> Dimensions, TensorType Type, long Offset, long ElementCount, long SizeBytes);
