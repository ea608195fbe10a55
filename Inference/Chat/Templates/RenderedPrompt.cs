using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>A prompt as text, with what of it came from input. Immutable.</summary>
/// <param name="Text">The text.</param>
/// <param name="Input">Its parts that came from messages, tools and variables of the request.</param>
internal sealed record RenderedPrompt(string Text, InputRanges Input)
{
    // Tags of real templates that open a block of reasoning.
    private static readonly string[] ThinkingTags =
        ["<think>", "[THINK]", "<|START_THINKING|>", "<seed:think>", "<thinking>", "<|think|>", "<|inner_prefix|>"];

    /// <summary>The tag by which the template opened a block of reasoning that the model goes on with; null when it did not.</summary>
    public string? OpenThinkingTag
    {
        get
        {
            string end = Text.TrimEnd();
            string? tag = Array.Find(ThinkingTags, tag => end.EndsWith(tag, StringComparison.Ordinal));
            return tag is not null && !Input.Overlaps(end.Length - tag.Length, end.Length) ? tag : null;
        }
    }
}
