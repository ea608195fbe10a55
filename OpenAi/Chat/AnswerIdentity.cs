using MistralServe.Inference;

namespace MistralServe.OpenAi.Chat;

/// <summary>What the whole answer, or all chunks of a streamed one, have in common.</summary>
/// <param name="Id"><c>chatcmpl-</c> and at least 96 random bits.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Model">Id of the model really loaded.</param>
/// <param name="SystemFingerprint">See <see cref="Chat.SystemFingerprint"/>.</param>
internal sealed record AnswerIdentity(string Id, long Created, string Model, string SystemFingerprint)
{
    /// <summary>A new identity. Any thread.</summary>
    public static AnswerIdentity Create(ModelDescription model, TimeProvider time) =>
        new($"chatcmpl-{RequestIds.NewSuffix()}", time.GetUtcNow().ToUnixTimeSeconds(), model.Id, Chat.SystemFingerprint.Compute(model));
}
