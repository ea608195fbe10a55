namespace MistralServe.Inference.Engine;

/// <summary>Where the engine is in its life.</summary>
internal enum EngineState
{
    /// <summary>The model is being loaded.</summary>
    Loading,

    /// <summary>Requests are served.</summary>
    Ready,

    /// <summary>No new requests; running ones finish.</summary>
    Draining,

    /// <summary>The decode thread has ended or could not load the model.</summary>
    Stopped,
}

/// <summary>Stub of the contract; replaced by the real one.</summary>
internal sealed class InferenceEngine
{
    /// <summary>State now. Any thread.</summary>
    public EngineState State => throw new NotImplementedException();

    /// <summary>Share of the model loaded so far, 0..1.</summary>
    public float LoadProgress => throw new NotImplementedException();

    /// <summary>Age of the decode thread's last sign of life.</summary>
    public TimeSpan HeartbeatAge => throw new NotImplementedException();

    /// <summary>Tokens of one request, prompt and answer together. Known from the header, before the model is loaded.</summary>
    public int ContextLength => throw new NotImplementedException();
}
