using MistralServe.Inference;
using MistralServe.Mcp.Tools;

namespace MistralServe.Tests.Mcp;

/// <summary>What tools are made of, for tests: what a test does not give must not be called.</summary>
internal static class FakeServices
{
    public static ToolServices Create(
        ModelDescription? model = null,
        ChatStarter? chat = null,
        ChatCounter? countChat = null,
        CompletionStarter? complete = null,
        Embedder? embed = null,
        VocabularyFinder? vocabulary = null,
        Ranker? rank = null) => new()
        {
            Model = model ?? McpTestServer.Model,
            ContextLength = 1024,
            Chat = chat ?? ((_, _) => throw new NotSupportedException("no chat in this test")),
            CountChat = countChat ?? ((_, _) => throw new NotSupportedException("no chat in this test")),
            Complete = complete ?? ((_, _) => throw new NotSupportedException("no completion in this test")),
            Embed = embed ?? ((_, _) => throw new NotSupportedException("no embedding in this test")),
            Rank = rank ?? ((_, _) => throw new NotSupportedException("no ranking in this test")),
            Vocabulary = vocabulary ?? ((_, _) => throw new NotSupportedException("no vocabulary in this test")),
        };
}
