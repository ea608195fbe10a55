namespace MistralServe.OpenAi.Chat;

/// <summary>Where a chat request came from, as far as its fields differ.</summary>
internal enum ChatRequestDialect
{
    /// <summary>The REST API: of <c>max_tokens</c> and <c>max_completion_tokens</c> the newer name wins.</summary>
    OpenAi,

    /// <summary>
    /// Arguments of the MCP tool: <c>maxTokens</c>, <c>max_tokens</c> and <c>max_completion_tokens</c> mean the same, and so do
    /// <c>responseFormat</c> and <c>response_format</c>; different values are an error.
    /// </summary>
    McpArguments,
}
