using MistralServe.Inference;

namespace MistralServe.Mcp.Tools;

/// <summary>Kinds of things that go into a model or come out of it.</summary>
[Flags]
internal enum Modalities
{
    /// <summary>Nothing is needed.</summary>
    None = 0,

    /// <summary>Text, read or written.</summary>
    Text = 1,

    /// <summary>Images.</summary>
    Image = 2,

    /// <summary>Sound.</summary>
    Audio = 4,

    /// <summary>Vectors of meaning (out only).</summary>
    Vector = 8,

    /// <summary>Scores of relevance (out only).</summary>
    Score = 16,

    /// <summary>Tokens: what a vocabulary makes of text, whatever else the model does with them.</summary>
    Token = 32,
}

/// <summary>What a model takes and gives, or what a tool needs at least of one.</summary>
/// <param name="Input">What goes in.</param>
/// <param name="Output">What comes out.</param>
internal readonly record struct ModalityPair(Modalities Input, Modalities Output)
{
    /// <summary>What a model can do, by its header.</summary>
    public static ModalityPair Of(ModelDescription model)
    {
        Modalities output = Modalities.None;
        output |= model.Capabilities.HasFlag(ModelCapabilities.TextGeneration) ? Modalities.Text : 0;
        output |= model.Capabilities.HasFlag(ModelCapabilities.Embedding) ? Modalities.Vector : 0;
        output |= model.Capabilities.HasFlag(ModelCapabilities.Ranking) ? Modalities.Score : 0;
        output |= model.VocabularySize > 0 ? Modalities.Token : 0;
        output |= model.Capabilities.HasFlag(ModelCapabilities.AudioOutput) ? Modalities.Audio : 0;
        Modalities input = output == Modalities.None ? Modalities.None : Modalities.Text;
        input |= model.Capabilities.HasFlag(ModelCapabilities.ImageInput) ? Modalities.Image : 0;
        input |= model.Capabilities.HasFlag(ModelCapabilities.AudioInput) ? Modalities.Audio : 0;
        return new(input, output);
    }

    /// <summary>Whether a model of these modalities does for a tool that needs <paramref name="needed"/>.</summary>
    public bool Covers(ModalityPair needed) => (Input & needed.Input) == needed.Input && (Output & needed.Output) == needed.Output;
}
