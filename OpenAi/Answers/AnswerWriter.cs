using System.Text.Json.Serialization.Metadata;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>Answers a request with one JSON object.</summary>
internal static class AnswerWriter
{
    /// <summary>
    /// Collects the generation and writes the answer or its error. When the client goes away nothing is written. Disposes the
    /// generation on every way out. Request thread.
    /// </summary>
    /// <param name="context">The request; its response must not have started.</param>
    /// <param name="generation">What to collect.</param>
    /// <param name="choices">How many choices it has.</param>
    /// <param name="createParser">Makes the parser of each choice.</param>
    /// <param name="toWire">Makes the answer; called only when every choice is whole.</param>
    /// <param name="type">Contract of the answer.</param>
    public static async Task WriteAsync<T>(
        HttpContext context, Generation generation, int choices, Func<IChatOutputParser> createParser, Func<CollectedAnswer, T> toWire, JsonTypeInfo<T> type)
    {
        using Generation owned = generation;

        // Cancellation by the client leaves as an exception; the outermost layer knows it from RequestAborted.
        CollectedAnswer answer = await AnswerCollector.CollectAsync(generation, choices, createParser, context.RequestAborted);
        await (FindError(answer) is { } error
            ? ErrorWriter.WriteAsync(context, error)
            : JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, toWire(answer), type));
    }

    private static ApiError? FindError(CollectedAnswer answer) =>
        answer.Failure is { } failure
            ? AnswerEnd.From(failure).Error
            : answer.Choices.Select(choice => AnswerEnd.From(choice.FinishReason).Error).FirstOrDefault(error => error is not null);
}
