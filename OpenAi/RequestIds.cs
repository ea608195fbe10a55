using System.Diagnostics;
using Microsoft.Extensions.Primitives;

namespace MistralServe.OpenAi;

/// <summary>The id under which a request appears in headers and log.</summary>
internal static class RequestIds
{
    /// <summary>The header that carries it in every answer.</summary>
    public const string Header = "x-request-id";

    /// <summary>Longest id taken over from a caller, in characters. Source: OpenAI's limit has not been published; 128 is ours.</summary>
    private const int MaxLength = 128;

    /// <summary>
    /// The caller's id (<c>X-Request-Id</c>, else <c>X-Client-Request-Id</c>) if it is plain ASCII; else, for a request that is part of a
    /// trace, the trace's id, so that the log can be joined with it; else a new one.
    /// </summary>
    public static string Choose(IHeaderDictionary headers)
    {
        StringValues own = headers[Header];
        StringValues client = headers["X-Client-Request-Id"];
        return IsPlain(own) ? own.ToString() : IsPlain(client) ? client.ToString() : $"req_{FindTraceId(headers.TraceParent) ?? NewSuffix()}";
    }

    /// <summary>32 hexadecimal digits with 122 bits from the operating system's generator, for ids nobody should guess.</summary>
    public static string NewSuffix() => Guid.NewGuid().ToString("N");

    // Source: https://www.w3.org/TR/trace-context/, section 3.2: version-traceid-parentid-flags in lower-case hexadecimal, no id all zero.
    private static string? FindTraceId(StringValues header)
    {
        const string Zero = "00000000000000000000000000000000";
        return header is [{ Length: 55 } value] && ActivityContext.TryParse(value, traceState: null, out ActivityContext trace) && trace.TraceId.ToHexString() is var id && id != Zero
            ? id
            : null;
    }

    private static bool IsPlain(StringValues values) =>
        values is [{ Length: > 0 and <= MaxLength } value] && !value.AsSpan().ContainsAnyExceptInRange('!', '~');
}
