namespace MistralServe.Mcp.Tools;

/// <summary>
/// Every tool that a model can give rise to. A tool for images or sound is a class and a row here, on the day a model takes them.
/// </summary>
internal static class ToolTable
{
    /// <summary>All rows, in the order in which <c>tools/list</c> shows them.</summary>
    public static IReadOnlyList<ToolRow> Rows { get; } =
    [
        new("chat", new(Modalities.Text, Modalities.Text), services => new ChatTool(services.Model.Id, services.Model.VocabularySize, services.Chat)),
        new("complete", new(Modalities.Text, Modalities.Text), services => new CompleteTool(services.Model.Id, services.Model.VocabularySize, services.Complete)),
        new("embed", new(Modalities.Text, Modalities.Vector), services => new EmbedTool(services.Model.Id, services.Embed)),
        new("rerank", new(Modalities.Text, Modalities.Score), services => new RerankTool(services.Model.Id, services.Rank)),
        new("tokenize", new(Modalities.Text, Modalities.Token), services => new TokenizeTool(services.Vocabulary)),
        new("count_tokens", new(Modalities.Text, Modalities.Token), services => new CountTokensTool(services)),
        new("model_info", new(Modalities.None, Modalities.None), services => new ModelInfoTool(services.Model, services.ContextLength)),
    ];

    /// <summary>Names of all rows.</summary>
    public static IEnumerable<string> Names => Rows.Select(row => row.Name);
}
