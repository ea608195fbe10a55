using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>Stub of the contract; replaced by the real one.</summary>
internal sealed class ChatService
{
    /// <summary>What is served.</summary>
    public ModelDescription Model => throw new NotImplementedException();

    /// <summary>
    /// Takes a place in the queue (full → <see cref="EngineFailureCode.QueueFull"/> at once), waits for the model if it is
    /// still loading (bounded by the queue's wait limit), renders and tokenises the prompt and hands it to the engine.
    /// </summary>
    /// <param name="request">The validated request.</param>
    /// <param name="cancellationToken">Client gone: leaves the queue. After the start, dispose the generation instead.</param>
    public ValueTask<StartResult> StartAsync(ChatGeneration request, CancellationToken cancellationToken) => throw new NotImplementedException();
}
