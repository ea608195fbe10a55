namespace MistralServe.Mcp.Protocol;

/// <summary>How a request speaks MCP. Chosen per request, never per connection.</summary>
internal enum McpEra
{
    /// <summary>Revisions 2024-11-05 to 2025-11-25: an <c>initialize</c> handshake names the version.</summary>
    Legacy,

    /// <summary>Revision 2026-07-28: stateless, version and capabilities travel in every request.</summary>
    Modern,
}
