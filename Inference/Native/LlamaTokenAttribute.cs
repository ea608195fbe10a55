namespace MistralServe.Inference.Native;

/// <summary>Bits of a token's attributes (<c>llama_token_attr</c>), only what is used.</summary>
internal static class LlamaTokenAttribute
{
    public const int Unknown = 1 << 0;
    public const int Control = 1 << 3;
    public const int UserDefined = 1 << 4;
    public const int StripsLeft = 1 << 7;
    public const int StripsRight = 1 << 8;
}
