using MistralServe.Inference;
using MistralServe.Inference.Chat;

namespace MistralServe.Mcp.Tools;

/// <summary>Finds the loaded model's vocabulary, as <see cref="VocabularyService.FindAsync"/>.</summary>
internal delegate ValueTask<VocabularyResult> VocabularyFinder(string principal, CancellationToken cancellationToken);

/// <summary>Counts the tokens of a conversation's prompt, as <see cref="ChatService.CountAsync"/>.</summary>
internal delegate ValueTask<(int? Tokens, EngineFailure? Failure)> ChatCounter(ChatGeneration request, CancellationToken cancellationToken);

/// <summary>What tools are made of: the model's description and one function for each thing that can be asked of it. Immutable.</summary>
internal sealed class ToolServices
{
    /// <summary>What the header of the model says; the model need not be loaded.</summary>
    public required ModelDescription Model { get; init; }

    /// <summary>Tokens of one request, prompt and answer together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Starts a chat generation.</summary>
    public required ChatStarter Chat { get; init; }

    /// <summary>Counts a conversation.</summary>
    public required ChatCounter CountChat { get; init; }

    /// <summary>Starts the continuation of prompts.</summary>
    public required CompletionStarter Complete { get; init; }

    /// <summary>Makes embeddings.</summary>
    public required Embedder Embed { get; init; }

    /// <summary>Ranks documents.</summary>
    public required Ranker Rank { get; init; }

    /// <summary>Finds the vocabulary.</summary>
    public required VocabularyFinder Vocabulary { get; init; }
}
