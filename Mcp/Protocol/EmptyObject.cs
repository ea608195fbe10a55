namespace MistralServe.Mcp.Protocol;

/// <summary>Written as <c>{}</c>.</summary>
internal sealed class EmptyObject;
