using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;

namespace MistralServe.Mcp.Tools;

/// <summary>The one thing that <see cref="CompleteTool"/> needs of <see cref="CompletionService"/>: its <c>StartAsync</c> for several prompts.</summary>
internal delegate ValueTask<StartResult> CompletionStarter(IReadOnlyList<CompletionGeneration> requests, CancellationToken cancellationToken);
