using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MistralServe.OpenAi.Tokens;

/// <summary>The body of POST /tokenize, in llama-server's form.</summary>
internal sealed class TokenizeRequest
{
    [JsonPropertyName("content")]
    [Description("Text to split.")]
    public required string Content { get; init; }

    [JsonPropertyName("add_special")]
    [Description("Add the tokens that the model expects around a text. Default false.")]
    public bool? AddSpecial { get; init; }

    [JsonPropertyName("parse_special")]
    [Description("Turn the text of control tokens into those tokens. Default true.")]
    public bool? ParseSpecial { get; init; }

    [JsonPropertyName("with_pieces")]
    [Description("Answer with ids and texts instead of ids. Default false.")]
    public bool? WithPieces { get; init; }
}

/// <summary>Answer of POST /tokenize.</summary>
internal sealed class TokenizeAnswer
{
    [JsonPropertyName("tokens")]
    [Description("Ids; with pieces objects of 'id' and 'piece', which is a string, or an array of bytes where they are no whole characters.")]
    public required JsonElement Tokens { get; init; }
}

/// <summary>A token with its text.</summary>
internal sealed class TokenPiece
{
    [JsonPropertyName("id")]
    public required int Id { get; init; }

    [JsonPropertyName("piece")]
    public required JsonElement Piece { get; init; }
}

/// <summary>The body of POST /detokenize, in llama-server's form.</summary>
internal sealed class DetokenizeRequest
{
    [JsonPropertyName("tokens")]
    [Description("Ids of tokens.")]
    public required IReadOnlyList<int> Tokens { get; init; }
}

/// <summary>Answer of POST /detokenize.</summary>
internal sealed class DetokenizeAnswer
{
    [JsonPropertyName("content")]
    public required string Content { get; init; }
}
