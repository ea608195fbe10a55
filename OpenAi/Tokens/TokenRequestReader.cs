using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.OpenAi.Tokens;

/// <summary>Reads the requests of /tokenize and /detokenize. Any thread.</summary>
internal static class TokenRequestReader
{
    /// <summary>Most bytes of UTF-8 that are split at once. Ours: about half a second of a request thread.</summary>
    public const int MaxTextBytes = 1024 * 1024;

    /// <summary>Most tokens that are joined at once. Ours: their text takes a few megabytes.</summary>
    public const int MaxTokens = 1_000_000;

    /// <summary>Names of the fields of /tokenize; the rest is ignored.</summary>
    public static FrozenSet<string> TokenizeNames { get; } =
        new[] { "content", "add_special", "parse_special", "with_pieces" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Names of the fields of /detokenize; the rest is ignored.</summary>
    public static FrozenSet<string> DetokenizeNames { get; } = new[] { "tokens" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads the body of POST /tokenize.</summary>
    public static RequestResult<TokenizeRequest> ReadTokenize(JsonElement root)
    {
        var errors = new RequestErrors();
        var fields = new JsonFields(root, "", TokenizeNames, errors);
        string? content = fields.GetString("content");
        if (content is null)
        {
            errors.AddMissing("content", "'content' is required: the text to split.");
        }
        else if (Encoding.UTF8.GetByteCount(content) is > MaxTextBytes and var bytes)
        {
            errors.AddInvalidValue("content", $"'content' takes up to {MaxTextBytes} bytes of UTF-8, but has {bytes}.");
        }

        var request = new TokenizeRequest
        {
            Content = content ?? "",
            AddSpecial = fields.GetBoolean("add_special"),
            ParseSpecial = fields.GetBoolean("parse_special"),
            WithPieces = fields.GetBoolean("with_pieces"),
        };
        return errors.First is { } error ? error : request;
    }

    /// <summary>Reads the body of POST /detokenize.</summary>
    public static RequestResult<DetokenizeRequest> ReadDetokenize(JsonElement root)
    {
        var errors = new RequestErrors();
        var fields = new JsonFields(root, "", DetokenizeNames, errors);
        var tokens = new List<int>();
        if (fields.Get("tokens") is not { } array)
        {
            errors.AddMissing("tokens", "'tokens' is required: an array of token ids.");
        }
        else if (array.ValueKind == JsonValueKind.Array && array.GetArrayLength() > MaxTokens)
        {
            errors.AddInvalidValue("tokens", $"'tokens' takes up to {MaxTokens} ids, but has {array.GetArrayLength()}.");
        }
        else
        {
            ElementList.ForEach(array, "tokens", "an array of token ids", errors, (element, path) =>
            {
                if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int token))
                {
                    tokens.Add(token);
                }
                else
                {
                    errors.AddInvalidType(path, $"'{path}' must be a token id.");
                }
            });
        }

        return errors.First is { } error ? error : new DetokenizeRequest { Tokens = tokens };
    }
}
