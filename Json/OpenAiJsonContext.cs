using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Chat;
using MistralServe.OpenAi.Completions;
using MistralServe.OpenAi.Embeddings;
using MistralServe.OpenAi.Document;
using MistralServe.OpenAi.Messages;
using MistralServe.OpenAi.Models;
using MistralServe.OpenAi.Rerank;
using MistralServe.OpenAi.Responses;
using MistralServe.OpenAi.Tokens;

namespace MistralServe.Json;

/// <summary>Source-generated contracts of the REST port's wire records. Requests are listed for the OpenAPI document only.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ChatCompletionRequest))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(AppliedTemplate))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(TextCompletion))]
[JsonSerializable(typeof(CompletionUsage))]
[JsonSerializable(typeof(ChatLogProbabilities))]
[JsonSerializable(typeof(TextLogProbabilities))]
[JsonSerializable(typeof(AnswerTimings))]
[JsonSerializable(typeof(EmbeddingRequest))]
[JsonSerializable(typeof(EmbeddingList))]
[JsonSerializable(typeof(RerankRequest))]
[JsonSerializable(typeof(RerankAnswer))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelObject))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(ChatCompletionChunk))]
[JsonSerializable(typeof(TextCompletionChunk))]
[JsonSerializable(typeof(ResponseRequest))]
[JsonSerializable(typeof(ResponseObject))]
[JsonSerializable(typeof(ResponseEvent))]
[JsonSerializable(typeof(ResponseItemList))]
[JsonSerializable(typeof(ResponseDeletion))]
[JsonSerializable(typeof(ResponseInputTokens))]
[JsonSerializable(typeof(IReadOnlyList<ResponseItem>), TypeInfoPropertyName = "IReadOnlyListResponseItem")]
[JsonSerializable(typeof(MessagesRequest))]
[JsonSerializable(typeof(MessagesAnswer))]
[JsonSerializable(typeof(MessagesEvent))]
[JsonSerializable(typeof(MessagesTokenCount))]
[JsonSerializable(typeof(MessagesError))]
[JsonSerializable(typeof(TokenizeRequest))]
[JsonSerializable(typeof(TokenizeAnswer))]
[JsonSerializable(typeof(TokenPiece[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(DetokenizeRequest))]
[JsonSerializable(typeof(DetokenizeAnswer))]
[JsonSerializable(typeof(ServerProperties))]
[JsonSerializable(typeof(string))]
internal sealed partial class OpenAiJsonContext : JsonSerializerContext
{
    /// <summary>
    /// What answers are written with: text as UTF-8 and not as \u escapes, except beyond the basic plane. Safe because every answer is declared as JSON
    /// with nosniff, so that no browser reads it as HTML.
    /// </summary>
    public static OpenAiJsonContext Wire { get; } =
        new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
