namespace MistralServe.Inference;

/// <summary>What <see cref="ModelCapabilities"/> are called on the wire and for people. Any thread.</summary>
internal static class ModelCapabilityNames
{
    /// <summary>Names of all that a model can do: <c>text_generation</c>, <c>embedding</c>, <c>ranking</c>, <c>image_input</c>, <c>audio_input</c>, <c>audio_output</c>.</summary>
    public static List<string> Of(ModelCapabilities capabilities)
    {
        List<string> names = [];
        AddIf(ModelCapabilities.TextGeneration, "text_generation");
        AddIf(ModelCapabilities.Embedding, "embedding");
        AddIf(ModelCapabilities.Ranking, "ranking");
        AddIf(ModelCapabilities.ImageInput, "image_input");
        AddIf(ModelCapabilities.AudioInput, "audio_input");
        AddIf(ModelCapabilities.AudioOutput, "audio_output");
        return names;

        void AddIf(ModelCapabilities capability, string name)
        {
            if (capabilities.HasFlag(capability))
            {
                names.Add(name);
            }
        }
    }
}
