using MistralServe.Inference.Engine;
using MistralServe.Mcp.Calls;

namespace MistralServe.Mcp.Tools;

/// <summary>Tells the progress in the events of a generation. One call, one thread.</summary>
/// <param name="promptTokens">Tokens of the prompt.</param>
/// <param name="choices">How many choices the generation has.</param>
/// <param name="progress">Is told.</param>
/// <param name="tellText">Whether the text of the first choice is told, because the result begins with it.</param>
internal sealed class GenerationWatch(int promptTokens, int choices, IToolProgress progress, bool tellText)
{
    private readonly int[] _tokens = new int[choices];
    private int _total;

    /// <summary>Takes the next event, as <see cref="OpenAi.Answers.AnswerWatch"/>.</summary>
    public void OnEvent(in GenerationEvent item, ReadOnlySpan<byte> content)
    {
        if (item.Kind == GenerationEventKind.PromptProgress && promptTokens > 0)
        {
            progress.SetPrompt(item.Usage.PromptTokens, promptTokens);
        }
        else if (item.Kind == GenerationEventKind.Text)
        {
            _total += item.Usage.CompletionTokens - _tokens[item.Choice];
            _tokens[item.Choice] = item.Usage.CompletionTokens;
            progress.SendDelta(_total, tellText && item.Choice == 0 ? content : default);
        }
    }
}
