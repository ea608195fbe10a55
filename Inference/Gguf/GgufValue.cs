namespace MistralServe.Inference.Gguf;

/// <summary>
/// One metadata value. Numbers are kept as their 64 bits, texts as strings; of an array only type and length are kept.
/// </summary>
/// <param name="Type">Type of the value.</param>
/// <param name="Bits">Integers sign- or zero-extended to 64 bits, floats as the bits of a double, booleans 0 or 1; 0 for others.</param>
/// <param name="Text">The text of a string (invalid UTF-8 replaced); null for other types.</param>
/// <param name="ElementType">Type of the elements of an array; meaningless for other types.</param>
/// <param name="Length">Number of elements of an array; 0 for other types.</param>
/// <param name="Offset">Byte of the file at which the value begins.</param>
internal readonly record struct GgufValue(GgufValueType Type, ulong Bits, string? Text, GgufValueType ElementType, long Length, long Offset);
