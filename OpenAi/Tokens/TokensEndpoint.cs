using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;
using MistralServe.OpenAi.Chat;
using MistralServe.OpenAi.Responses;

namespace MistralServe.OpenAi.Tokens;

/// <summary>POST /tokenize, /detokenize and /v1/chat/completions/input_tokens: what the model's vocabulary makes of a text. The forms are llama-server's.</summary>
internal static class TokensEndpoint
{
    /// <summary>Maps the routes.</summary>
    /// <param name="root">For the paths without version.</param>
    /// <param name="version">For those under /v1.</param>
    public static void Map(IEndpointRouteBuilder root, IEndpointRouteBuilder version)
    {
        ErrorDescriptions.AddForGeneration(root.MapRoute(HttpMethods.Post, "/tokenize", TokenizeAsync)
            .WithName("tokenize").WithTags("Tokens").WithSummary("Splits a text into tokens.")
            .Accepts<TokenizeRequest>("application/json")
            .Produces<TokenizeAnswer>(StatusCodes.Status200OK, "application/json"));
        ErrorDescriptions.AddForGeneration(root.MapRoute(HttpMethods.Post, "/detokenize", DetokenizeAsync)
            .WithName("detokenize").WithTags("Tokens").WithSummary("Joins tokens to a text; control tokens show their names.")
            .Accepts<DetokenizeRequest>("application/json")
            .Produces<DetokenizeAnswer>(StatusCodes.Status200OK, "application/json"));
        ErrorDescriptions.AddForGeneration(version.MapRoute(HttpMethods.Post, "/chat/completions/input_tokens", CountAsync)
            .WithName("countChatInputTokens").WithTags("Tokens").WithSummary("Counts the tokens of a conversation without generating.")
            .Accepts<ChatCompletionRequest>("application/json")
            .Produces<ResponseInputTokens>(StatusCodes.Status200OK, "application/json"));
    }

    private static async Task TokenizeAsync(HttpContext context)
    {
        InferenceEngine engine = context.Service<InferenceEngine>();
        RequestResult<TokenizeRequest> request = await JsonBody.ReadAsync(context, TokenRequestReader.TokenizeNames, TokenRequestReader.ReadTokenize);
        if (!request.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, request.Error);
            return;
        }

        (IVocabulary? vocabulary, EngineFailure? failure) = await VocabularyService.FindAsync(engine, Caller.NameOf(context), context.RequestAborted);
        if (vocabulary is null)
        {
            await ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(failure!));
            return;
        }

        TokenizeRequest text = request.Value;
        int[] tokens = vocabulary.Tokenize(Encoding.UTF8.GetBytes(text.Content), text.AddSpecial ?? false, text.ParseSpecial ?? true);
        JsonElement shown = text.WithPieces ?? false
            ? WireJson.ToElement([.. tokens.Select(token => ToPiece(vocabulary, token))], OpenAiJsonContext.Default.TokenPieceArray)
            : WireJson.ToElement(tokens, OpenAiJsonContext.Default.Int32Array);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, new TokenizeAnswer { Tokens = shown }, OpenAiJsonContext.Default.TokenizeAnswer);
    }

    private static async Task DetokenizeAsync(HttpContext context)
    {
        InferenceEngine engine = context.Service<InferenceEngine>();
        RequestResult<DetokenizeRequest> request = await JsonBody.ReadAsync(context, TokenRequestReader.DetokenizeNames, TokenRequestReader.ReadDetokenize);
        if (!request.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, request.Error);
            return;
        }

        (IVocabulary? vocabulary, EngineFailure? failure) = await VocabularyService.FindAsync(engine, Caller.NameOf(context), context.RequestAborted);
        if (vocabulary is null)
        {
            await ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(failure!));
            return;
        }

        var errors = new RequestErrors();
        var bytes = new ArrayBufferWriter<byte>();
        for (int i = 0; i < request.Value.Tokens.Count && errors.First is null; i++)
        {
            int token = request.Value.Tokens[i];
            if ((uint)token >= (uint)vocabulary.Count)
            {
                errors.AddInvalidValue($"tokens[{i}]", $"'tokens[{i}]' is no token of this model: ids go from 0 to {vocabulary.Count - 1}.");
            }

            bytes.Write(vocabulary.GetName(token));
        }

        await (errors.First is { } error
            ? ErrorWriter.WriteAsync(context, error)
            : JsonAnswer.WriteAsync(
                context, StatusCodes.Status200OK, new DetokenizeAnswer { Content = Encoding.UTF8.GetString(bytes.WrittenSpan) }, OpenAiJsonContext.Default.DetokenizeAnswer));
    }

    private static async Task CountAsync(HttpContext context)
    {
        ChatService chat = context.Service<ChatService>();
        string principal = Caller.NameOf(context);
        RequestResult<ChatGeneration> generation = await JsonBody.ReadAsync(context, ChatRequestReader.Names, body =>
        {
            RequestResult<ChatCompletionRequest> request = ChatRequestReader.Read(body, ChatRequestDialect.OpenAi);
            return request.Succeeded ? ChatRequestValidator.Validate(request.Value, principal, chat.Model.VocabularySize) : request.Error;
        });
        if (!generation.Succeeded)
        {
            await ErrorWriter.WriteAsync(context, generation.Error);
            return;
        }

        (int? tokens, EngineFailure? failure) = await chat.CountAsync(generation.Value, context.RequestAborted);
        await (failure is null
            ? JsonAnswer.WriteAsync(
                context, StatusCodes.Status200OK, new ResponseInputTokens { InputTokens = tokens!.Value }, OpenAiJsonContext.Default.ResponseInputTokens)
            : ErrorWriter.WriteAsync(context, EngineErrors.ToApiError(failure)));
    }

    private static TokenPiece ToPiece(IVocabulary vocabulary, int token)
    {
        ReadOnlySpan<byte> bytes = vocabulary.GetName(token);
        return new TokenPiece
        {
            Id = token,
            Piece = Utf8.IsValid(bytes)
                ? TextElement.From(Encoding.UTF8.GetString(bytes))
                : WireJson.ToElement([.. bytes.ToArray().Select(value => (int)value)], OpenAiJsonContext.Default.Int32Array),
        };
    }
}
