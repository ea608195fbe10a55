using System.Text.Json.Serialization;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Chat;
using MistralServe.OpenAi.Completions;
using MistralServe.OpenAi.Embeddings;
using MistralServe.OpenAi.Messages;
using MistralServe.OpenAi.Models;
using MistralServe.OpenAi.Rerank;
using MistralServe.OpenAi.Responses;
using MistralServe.OpenAi.Tokens;

namespace MistralServe.Json;

/// <summary>
/// What the REST port answers with. Requests are read as documents, because errors name the field. Only the code that writes: contracts that can
/// also read and describe themselves are several kilobytes a record. Write through <see cref="WireJson"/>.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(AppliedTemplate))]
[JsonSerializable(typeof(TextCompletion))]
[JsonSerializable(typeof(CompletionUsage))]
[JsonSerializable(typeof(ChatLogProbabilities))]
[JsonSerializable(typeof(TextLogProbabilities))]
[JsonSerializable(typeof(AnswerTimings))]
[JsonSerializable(typeof(EmbeddingList))]
[JsonSerializable(typeof(RerankAnswer))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelObject))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(ResponseDeletion))]
[JsonSerializable(typeof(ResponseInputTokens))]
[JsonSerializable(typeof(MessagesTokenCount))]
[JsonSerializable(typeof(MessagesError))]
[JsonSerializable(typeof(TokenizeAnswer))]
[JsonSerializable(typeof(TokenPiece[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(DetokenizeAnswer))]
[JsonSerializable(typeof(ServerProperties))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ResponseObject))]
[JsonSerializable(typeof(ResponseItemList))]
[JsonSerializable(typeof(IReadOnlyList<ResponseItem>), TypeInfoPropertyName = "IReadOnlyListResponseItem")]
[JsonSerializable(typeof(MessagesAnswer))]
[JsonSerializable(typeof(MessageItem))]
[JsonSerializable(typeof(ReasoningItem))]
[JsonSerializable(typeof(FunctionCallItem))]
[JsonSerializable(typeof(FunctionCallOutputItem))]
[JsonSerializable(typeof(InputTextPart))]
[JsonSerializable(typeof(OutputTextPart))]
[JsonSerializable(typeof(RefusalPart))]
[JsonSerializable(typeof(ReasoningTextPart))]
[JsonSerializable(typeof(SummaryTextPart))]
[JsonSerializable(typeof(QueuedEvent))]
[JsonSerializable(typeof(CreatedEvent))]
[JsonSerializable(typeof(InProgressEvent))]
[JsonSerializable(typeof(CompletedEvent))]
[JsonSerializable(typeof(IncompleteEvent))]
[JsonSerializable(typeof(FailedEvent))]
[JsonSerializable(typeof(ItemAddedEvent))]
[JsonSerializable(typeof(ItemDoneEvent))]
[JsonSerializable(typeof(PartAddedEvent))]
[JsonSerializable(typeof(PartDoneEvent))]
[JsonSerializable(typeof(TextDeltaEvent))]
[JsonSerializable(typeof(TextDoneEvent))]
[JsonSerializable(typeof(ReasoningDeltaEvent))]
[JsonSerializable(typeof(ReasoningDoneEvent))]
[JsonSerializable(typeof(ArgumentsDeltaEvent))]
[JsonSerializable(typeof(ArgumentsDoneEvent))]
[JsonSerializable(typeof(ErrorOccurredEvent))]
[JsonSerializable(typeof(TextBlock))]
[JsonSerializable(typeof(ThinkingBlock))]
[JsonSerializable(typeof(ToolUseBlock))]
[JsonSerializable(typeof(MessageStartEvent))]
[JsonSerializable(typeof(BlockStartEvent))]
[JsonSerializable(typeof(BlockDeltaEvent))]
[JsonSerializable(typeof(BlockStopEvent))]
[JsonSerializable(typeof(MessageDeltaEvent))]
[JsonSerializable(typeof(MessageStopEvent))]
[JsonSerializable(typeof(PingEvent))]
[JsonSerializable(typeof(MessagesErrorEvent))]
[JsonSerializable(typeof(TextDelta))]
[JsonSerializable(typeof(ThinkingDelta))]
[JsonSerializable(typeof(SignatureDelta))]
[JsonSerializable(typeof(InputJsonDelta))]
internal sealed partial class OpenAiJsonContext : JsonSerializerContext;
