using MistralServe.Inference.Chat.ToolFormats.Formats;

namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>
/// Finds the format of a model by what its template contains. Stateless; any thread.
/// </summary>
internal static class ToolFormatRegistry
{
    /// <summary>
    /// All formats in the order of recognition: marks that only one family has come before those that several share, and the last takes all.
    /// </summary>
    public static IReadOnlyList<IFormatDescription> All { get; } =
    [
        new HarmonyFormat(),
        new DeepSeekV32Format(),
        new DeepSeekV4Format(),
        new DeepSeekR1Format(),
        new DeepSeekV31Format(),
        new KimiK2Format(),
        new KimiK3Format(),
        new CommandR7BFormat(),
        new CommandRPlusFormat(),
        new MiniMaxM2Format(),
        new MiniMaxM3Format(),
        new SeedOssFormat(),
        new Hunyuan3Format(),
        new Ling3Format(),
        new Glm45Format(),
        new Glm47Format(),
        new Gemma4Format(),
        new Lfm2Format(),
        new MuseGlimmerFormat(),
        new MiniCpm5Format(),
        new Qwen3CoderFormat(),
        new Functionary32Format(),
        new Functionary31Format(),
        new Firefunction2Format(),
        new GigaChat31Format(),
        new GigaChat3Format(),
        new NemotronV2Format(),
        new ApertusFormat(),
        new SolarOpenFormat(),
        new MistralV7Format(),
        new MistralV11Format(),
        new MistralV3Format(),
        new AprielFormat(),
        new MiniMaxM1Format(),
        new HermesFormat(),
        new Granite3Format(),
        new LlamaPythonicFormat(),
        new Llama4JsonFormat(),
        new Llama3JsonFormat(),
        new GenericFormat(),
    ];

    /// <summary>
    /// The format that a template renders; the generic one when it knows none.
    /// </summary>
    /// <param name="templateSource">Source of the model's template; null when it has none.</param>
    public static IToolFormat Recognise(string? templateSource)
    {
        string source = templateSource ?? "";
        return All.First(format => format.IsIn(source)).Create(source);
    }
}
