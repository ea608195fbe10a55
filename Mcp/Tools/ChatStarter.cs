using MistralServe.Inference.Chat;

namespace MistralServe.Mcp.Tools;

/// <summary>The one thing that <see cref="ChatTool"/> needs of <see cref="ChatService"/>: its <see cref="ChatService.StartAsync"/>.</summary>
internal delegate ValueTask<ChatStartResult> ChatStarter(ChatGeneration request, CancellationToken cancellationToken);
