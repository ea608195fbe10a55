using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Sampling;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// Checks the ranges of a chat request and makes the generation of it: the only way from the wire to the engine. Any thread.
/// </summary>
internal static class ChatRequestValidator
{
    /// <summary>Validates a request.</summary>
    /// <param name="request">What the reader read; its JSON document must still live.</param>
    /// <param name="principal">Name of the caller's key; empty when no keys are configured.</param>
    /// <returns>A generation that refers to no JSON; or an error that names the field and its range.</returns>
    public static RequestResult<ChatGeneration> Validate(ChatCompletionRequest request, string principal)
    {
        var errors = new RequestErrors();
        if (request.N is < 1)
        {
            errors.AddInvalidValue("n", $"'n' must be 1, but is {request.N}.");
        }
        else if (request.N is > 1)
        {
            errors.AddUnsupported("n", "'n' above 1 is not supported; send the request once for each answer.");
        }

        var generation = new ChatGeneration
        {
            Messages = ChatMessageContent.ToMessages(request.Messages, errors),
            MaxTokens = Clamp(request.MaxCompletionTokens ?? request.MaxTokens),
            Sampling = ToSampling(request, errors),
            StopStrings = ToStopStrings(request.Stop, errors),
            IgnoreEndOfGeneration = request.IgnoreEos ?? false,
            Principal = principal,
        };
        return errors.First is { } error ? error : generation;
    }

    private static SamplingOptions ToSampling(ChatCompletionRequest request, RequestErrors errors)
    {
        var defaults = new SamplingOptions();
        if (request.RepeatPenalty is { } one && request.RepetitionPenalty is { } other && one != other)
        {
            errors.AddInvalidValue(
                "repeat_penalty", "'repeat_penalty' and 'repetition_penalty' mean the same and have different values; give one of them.");
        }

        float repetitionPenalty = InRepetitionRange(
            "repetition_penalty", request.RepetitionPenalty,
            InRepetitionRange("repeat_penalty", request.RepeatPenalty, defaults.RepetitionPenalty));
        return new SamplingOptions
        {
            Temperature = InRange("temperature", request.Temperature, 0, ChatRequestLimits.MaxTemperature, defaults.Temperature),
            TopP = InRange("top_p", request.TopP, 0, 1, defaults.TopP),
            MinP = InRange("min_p", request.MinP, 0, 1, defaults.MinP),
            TopK = Math.Max(0, NotBelowMinusOne("top_k", request.TopK, defaults.TopK)), // vLLM's clients write -1 for off
            Seed = request.Seed,
            FrequencyPenalty = InPenaltyRange("frequency_penalty", request.FrequencyPenalty, defaults.FrequencyPenalty),
            PresencePenalty = InPenaltyRange("presence_penalty", request.PresencePenalty, defaults.PresencePenalty),
            RepetitionPenalty = repetitionPenalty,
            RepetitionWindow = NotBelowMinusOne("repeat_last_n", request.RepeatLastN, defaults.RepetitionWindow),
        };

        float InPenaltyRange(string name, double? value, float whenAbsent) =>
            InRange(name, value, -ChatRequestLimits.MaxPenalty, ChatRequestLimits.MaxPenalty, whenAbsent);

        float InRepetitionRange(string name, double? value, float whenAbsent) =>
            InRange(name, value, ChatRequestLimits.MinRepetitionPenalty, ChatRequestLimits.MaxRepetitionPenalty, whenAbsent);

        float InRange(string name, double? value, double min, double max, float whenAbsent)
        {
            if (value < min || value > max)
            {
                errors.AddInvalidValue(name, $"'{name}' must be between {min} and {max}, but is {value}.");
            }

            return value is null ? whenAbsent : (float)value;
        }

        int NotBelowMinusOne(string name, long? value, int whenAbsent)
        {
            if (value < -1)
            {
                errors.AddInvalidValue(name, $"'{name}' must be -1 or more, but is {value}.");
            }

            return Clamp(value) ?? whenAbsent;
        }
    }

    private static List<string> ToStopStrings(JsonElement? stop, RequestErrors errors)
    {
        var strings = new List<string>();
        switch (stop?.ValueKind)
        {
            case null:
                break;
            case JsonValueKind.String:
                AddStopString(stop.Value, "stop", strings, errors);
                break;
            case JsonValueKind.Array when stop.Value.GetArrayLength() > ChatRequestLimits.MaxStopStrings:
                errors.AddInvalidValue(
                    "stop", $"'stop' takes up to {ChatRequestLimits.MaxStopStrings} strings, but has {stop.Value.GetArrayLength()}.");
                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in stop.Value.EnumerateArray())
                {
                    AddStopString(element, $"stop[{strings.Count}]", strings, errors);
                }

                break;
            default:
                errors.AddInvalidType(
                    "stop", $"'stop' must be a string or an array of strings, not {JsonFields.Describe(stop.Value.ValueKind)}.");
                break;
        }

        return strings;
    }

    private static void AddStopString(JsonElement element, string path, List<string> strings, RequestErrors errors)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            errors.AddInvalidType(path, $"'{path}' must be a string, not {JsonFields.Describe(element.ValueKind)}.");
        }

        string text = element.ValueKind == JsonValueKind.String ? element.GetString()! : "";
        int bytes = System.Text.Encoding.UTF8.GetByteCount(text);
        if (bytes is 0 or > ChatRequestLimits.MaxStopBytes)
        {
            errors.AddInvalidValue(path, $"'{path}' must have 1 to {ChatRequestLimits.MaxStopBytes} bytes of UTF-8, but has {bytes}.");
        }

        strings.Add(text);
    }

    // The engine cuts to the context, so a value past 32 bits means the same as the largest one.
    private static int? Clamp(long? value) => value is null ? null : (int)Math.Min(value.Value, int.MaxValue);
}
