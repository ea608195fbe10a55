using System.Diagnostics.CodeAnalysis;

namespace MistralServe.OpenAi;

/// <summary>Either what was asked for or the error to answer with; exactly one of the two is set.</summary>
/// <param name="Value">The result; null on failure.</param>
/// <param name="Error">What is wrong with the request; null on success.</param>
internal readonly record struct RequestResult<T>(T? Value, ApiError? Error)
    where T : class
{
    /// <summary>True when <see cref="Value"/> is set.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    public static implicit operator RequestResult<T>(T value) => new(value, null);

    public static implicit operator RequestResult<T>(ApiError error) => new(null, error);
}
