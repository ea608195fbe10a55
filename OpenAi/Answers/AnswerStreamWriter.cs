using MistralServe.Inference.Engine;
using MistralServe.Json;

namespace MistralServe.OpenAi.Answers;

/// <summary>
/// An answer as a stream of chunks, over an <see cref="EventStream"/>: what each choice begins with, then whatever is generated; in the end, when
/// every choice has its finish reason, usage and <c>[DONE]</c>, or an error event and no <c>[DONE]</c>.
/// </summary>
internal sealed class AnswerStreamWriter : IStreamedAnswer
{
    private readonly HttpContext _context;
    private readonly ILogger _logger;
    private readonly SseWriter _events;
    private readonly AnswerChunkWriter _chunks;
    private readonly int _promptTokens;
    private readonly int _choices;
    private readonly UsageTotal _usage = new();
    private int _running;

    private AnswerStreamWriter(HttpContext context, SseWriter events, AnswerChunkWriter chunks, int promptTokens, int choices, ILogger logger)
    {
        _context = context;
        _logger = logger;
        _events = events;
        _chunks = chunks;
        _promptTokens = promptTokens;
        _choices = choices;
        _running = choices;
    }

    /// <summary>Streams the generation and disposes it on every way out, above all when the client is gone. Request thread.</summary>
    /// <param name="context">The request; its response must not have started.</param>
    /// <param name="generation">What to stream.</param>
    /// <param name="choices">How many choices it has.</param>
    /// <param name="createChunks">Makes the writer of the chunks.</param>
    /// <param name="keepAliveInterval">Longest silence before a comment is sent; also the longest wait for the first event before the headers.</param>
    /// <param name="logger">For clients that go away and failures after the start.</param>
    public static Task WriteAsync(
        HttpContext context, Generation generation, int choices, Func<SseWriter, AnswerChunkWriter> createChunks, TimeSpan keepAliveInterval, ILogger logger) =>
        EventStream.WriteAsync(
            context,
            generation,
            events => new AnswerStreamWriter(context, events, createChunks(events), generation.PromptTokens, choices, logger),
            keepAliveInterval,
            logger);

    /// <inheritdoc/>
    public void WriteStart()
    {
        for (int choice = 0; choice < _choices; choice++)
        {
            _chunks.WriteStart(choice);
        }
    }

    /// <inheritdoc/>
    public bool Write(in GenerationEvent item)
    {
        _chunks.Note(item);
        switch (item.Kind)
        {
            case GenerationEventKind.Text:
                _chunks.WriteText(item.Choice, item.Text.Span);
                return true;
            case GenerationEventKind.Finished or GenerationEventKind.Failed:
                _usage.Add(item.Usage, item.Prompt);
                return End(item.Choice, AnswerEnd.From(item));
            case GenerationEventKind.PromptProgress:
                _chunks.WriteProgress(item, _promptTokens);
                return true;
            default:
                return true;
        }
    }

    /// <inheritdoc/>
    public void WriteBroken() => End(choice: 0, AnswerEnd.Broken);

    /// <inheritdoc/>
    public void WriteSilence() => _events.WriteComment();

    // End of a choice; false when it ends the answer.
    private bool End(int choice, AnswerEnd end)
    {
        if (!end.IsWhole)
        {
            OpenAiLog.FailedWhileStreaming(_logger, _context.TraceIdentifier, end.Error.Code);
            _chunks.WriteError(end.Error);
            return false;
        }

        _chunks.WriteFinish(choice, end.WireReason);
        if (--_running > 0)
        {
            return true;
        }

        _chunks.WriteUsage(_usage.Value);
        _events.WriteDone();
        return false;
    }
}
