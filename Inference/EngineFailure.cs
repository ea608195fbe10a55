namespace MistralServe.Inference;

/// <summary>Why a request could not be served. Mapped to HTTP and JSON-RPC in one place each; a test walks the whole enum.</summary>
internal enum EngineFailureCode
{
    /// <summary>A value of the request is wrong for this model; <see cref="EngineFailure.Param"/> names the field.</summary>
    InvalidRequest,

    /// <summary>The prompt leaves no room for an answer in the context of one request.</summary>
    ContextLengthExceeded,

    /// <summary>A JSON Schema that cannot be enforced, or is none.</summary>
    InvalidSchema,

    /// <summary>A grammar or regular expression that cannot be enforced, or is none.</summary>
    InvalidGrammar,

    /// <summary>The model has no chat template and none was given.</summary>
    NoChatTemplate,

    /// <summary>The loaded model cannot do what was asked (for example chat with an embedding model).</summary>
    NotSupported,

    /// <summary>All places of the queue are taken.</summary>
    QueueFull,

    /// <summary>The caller's key has as many requests waiting or running as it may.</summary>
    ShareUsed,

    /// <summary>The request waited longer than the queue's limit.</summary>
    QueueTimeout,

    /// <summary>The request ran longer than its deadline.</summary>
    DeadlineExceeded,

    /// <summary>The server is draining.</summary>
    ShuttingDown,

    /// <summary>The engine failed while serving the request.</summary>
    EngineFault,
}

/// <summary>
/// An expected failure as a value.
/// </summary>
/// <param name="Code">The kind of failure.</param>
/// <param name="Message">A sentence for the caller that names the field and the remedy; no native text, path or stack.</param>
/// <param name="Param">Name of the request field to blame; null when none is.</param>
/// <param name="RetryAfter">When it makes sense to try again, 1 to 60 seconds; null when trying again cannot help.</param>
internal sealed record EngineFailure(EngineFailureCode Code, string Message, string? Param = null, TimeSpan? RetryAfter = null);
