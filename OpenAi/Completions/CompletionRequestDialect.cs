namespace MistralServe.OpenAi.Completions;

/// <summary>Where a text completion request came from, as far as its fields differ.</summary>
internal enum CompletionRequestDialect
{
    /// <summary>The REST API.</summary>
    OpenAi,

    /// <summary>Arguments of the MCP tool: <c>maxTokens</c> and <c>max_tokens</c> mean the same, and different values are an error.</summary>
    McpArguments,
}
