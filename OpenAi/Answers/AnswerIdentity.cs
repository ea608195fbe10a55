using MistralServe.Inference;

namespace MistralServe.OpenAi.Answers;

/// <summary>What the whole answer, or all chunks of a streamed one, have in common.</summary>
/// <param name="Id">A prefix that names the kind of answer, and at least 96 random bits.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Model">Id of the model really loaded.</param>
/// <param name="SystemFingerprint">See <see cref="Answers.SystemFingerprint"/>.</param>
internal sealed record AnswerIdentity(string Id, long Created, string Model, string SystemFingerprint)
{
    /// <summary>A new identity. Any thread.</summary>
    /// <param name="prefix">Of the id, for example <c>chatcmpl-</c>.</param>
    /// <param name="model">The loaded model.</param>
    /// <param name="time">The clock.</param>
    public static AnswerIdentity Create(string prefix, ModelDescription model, TimeProvider time) =>
        new($"{prefix}{RequestIds.NewSuffix()}", time.GetUtcNow().ToUnixTimeSeconds(), model.Id, Answers.SystemFingerprint.Compute(model));
}
