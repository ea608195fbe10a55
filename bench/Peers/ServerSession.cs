using MistralServe.Bench.Load;

namespace MistralServe.Bench.Peers;

/// <summary>A started server with what a case needs to drive it. Used by one case at a time.</summary>
/// <param name="Engine">One of <see cref="EngineNames"/>.</param>
/// <param name="Server">The process; not yet ready in cases without warm-up.</param>
/// <param name="Client">Its client.</param>
/// <param name="Prompts">Prompts of the round: the same for each engine.</param>
internal sealed record ServerSession(string Engine, ServerProcess Server, CompletionClient Client, PromptSource Prompts);
