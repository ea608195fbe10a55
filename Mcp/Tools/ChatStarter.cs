using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;

namespace MistralServe.Mcp.Tools;

/// <summary>The one thing that <see cref="ChatTool"/> needs of <see cref="ChatService"/>: its <see cref="ChatService.StartAsync"/>.</summary>
internal delegate ValueTask<StartResult> ChatStarter(ChatGeneration request, CancellationToken cancellationToken);
