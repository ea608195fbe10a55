namespace MistralServe.Mcp.Tools;

/// <summary>A tool that the server can have: its name, what it needs of a model, and how it is made.</summary>
/// <param name="Name">The name, as in its definition.</param>
/// <param name="Needs">What the model must take and give at least.</param>
/// <param name="Create">Makes it.</param>
internal sealed record ToolRow(string Name, ModalityPair Needs, Func<ToolServices, IMcpTool> Create);
