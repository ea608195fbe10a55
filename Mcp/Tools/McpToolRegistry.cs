using MistralServe.Mcp.Protocol;

namespace MistralServe.Mcp.Tools;

/// <summary>
/// The tools of this process: what the model can do decides. Fixed at start; any thread.
/// </summary>
internal sealed class McpToolRegistry
{
    private readonly IReadOnlyList<IMcpTool> _tools;
    private readonly List<ArgumentSchema> _schemas = [];

    /// <summary>Exactly these tools, in this order. Names must differ.</summary>
    public McpToolRegistry(IReadOnlyList<IMcpTool> tools)
    {
        _tools = tools;
        Definitions = [.. tools.Select(tool => tool.Definition)];
        foreach (ToolDefinition definition in Definitions)
        {
            _schemas.Add(new ArgumentSchema(definition.InputSchema));
        }
    }

    /// <summary>All tools in order of registration, the same for every caller.</summary>
    public IReadOnlyList<ToolDefinition> Definitions { get; }

    /// <summary>The tools that a model can serve.</summary>
    /// <param name="services">What they are made of.</param>
    /// <param name="allowed">Names of the tools that are wanted; null means all.</param>
    public static McpToolRegistry Create(ToolServices services, IReadOnlyList<string>? allowed = null) =>
        Create(ToolTable.Rows, ModalityPair.Of(services.Model), services, allowed);

    /// <summary>Asks for each row whether a model will do for it.</summary>
    /// <param name="rows">Tools that there could be.</param>
    /// <param name="model">What the model takes and gives.</param>
    /// <param name="services">What tools are made of.</param>
    /// <param name="allowed">Names of the tools that are wanted; null means all.</param>
    public static McpToolRegistry Create(
        IEnumerable<ToolRow> rows, ModalityPair model, ToolServices services, IReadOnlyList<string>? allowed) =>
        new([.. rows
            .Where(row => model.Covers(row.Needs) && allowed?.Contains(row.Name) != false)
            .Select(row => row.Create(services))]);

    /// <summary>
    /// Starts a call: arguments that break what the schema of the tool promises are refused, the rest is the tool's to check.
    /// </summary>
    /// <param name="name">Name of the tool, with case.</param>
    /// <param name="call">Arguments and caller.</param>
    /// <returns>Null when there is no such tool.</returns>
    public ToolStart? Start(string name, ToolCall call)
    {
        for (int i = 0; i < _tools.Count; i++)
        {
            if (Definitions[i].Name == name)
            {
                return _schemas[i].Check(call.Arguments) is { } mistake ? ToolStart.Refused(mistake) : _tools[i].Start(call);
            }
        }

        return null;
    }
}
