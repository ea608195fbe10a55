using System.Text;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>From a raw prompt to a running generation. Any thread.</summary>
internal sealed class CompletionService(GenerationStarter starter)
{
    /// <summary>What is served.</summary>
    public ModelDescription Model => starter.Model;

    /// <summary>
    /// Tokenises the prompt if it is text and starts the generation (<see cref="GenerationStarter.StartAsync"/>).
    /// </summary>
    public ValueTask<StartResult> StartAsync(CompletionGeneration request, CancellationToken cancellationToken) =>
        starter.StartAsync(
            request,
            () => request.Tokens is { } tokens
                ? starter.Check([.. tokens], "prompt")
                : starter.Tokenize(Encoding.UTF8.GetBytes(request.Text ?? ""), parseSpecial: false, "prompt"),
            cancellationToken);
}
