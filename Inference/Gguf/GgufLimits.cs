namespace MistralServe.Inference.Gguf;

/// <summary>What a file may ask of the reader. Beyond these it is refused before anything is allocated.</summary>
internal static class GgufLimits
{
    /// <summary>Most metadata entries, and most tensors. Ours: the library's check for duplicates is quadratic; real files have thousands.</summary>
    public const int Entries = 65_536;

    /// <summary>Longest string in bytes. Ours: the library allows 1 GiB.</summary>
    public const int StringBytes = 64 * 1024 * 1024;

    /// <summary>Longest metadata key in bytes. Source: GGUF specification.</summary>
    public const int KeyBytes = 65_535;

    /// <summary>Longest chat template in bytes. Ours: ten times the longest in use.</summary>
    public const int TemplateBytes = 256 * 1024;

    /// <summary>Most bytes of keys, names and texts outside arrays together: what the reader keeps. Ours: one longest string.</summary>
    public const int KeptBytes = StringBytes;

    /// <summary>Longest tensor name in bytes. Source: <c>GGML_MAX_NAME</c> of llama.cpp less the terminating zero.</summary>
    public const int TensorNameBytes = 63;

    /// <summary>Most dimensions of a tensor. Source: <c>GGML_MAX_DIMS</c> of llama.cpp.</summary>
    public const int Dimensions = 4;

    /// <summary>Alignment of the data section where the file names none, in bytes. Source: GGUF specification.</summary>
    public const int DefaultAlignment = 32;

    /// <summary>Largest alignment in bytes. Ours: the library has no bound.</summary>
    public const int LargestAlignment = 1024 * 1024;
}
