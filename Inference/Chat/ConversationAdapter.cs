using MistralServe.Inference.Chat.ToolFormats;

namespace MistralServe.Inference.Chat;

/// <summary>
/// Writes a conversation in the way that a model's template can express: calls and their results become text where the template renders none,
/// messages with several calls are split where it takes one, ids get the form it accepts. Stateless; any thread.
/// </summary>
internal static class ConversationAdapter
{
    /// <summary>The request as the template is given it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">What template and model can express.</param>
    public static ChatGeneration Adapt(ChatGeneration request, ChatModel model)
    {
        IToolFormat format = model.Format;
        bool hasCalls = request.Messages.Any(message => message.ToolCalls.Count > 0 || message.Role == "tool");
        if (hasCalls)
        {
            List<ChatMessage> named = NameResults(request.Messages, format);
            bool rendersCalls = format.TemplateRendersCalls && model.Capabilities.ToolCalls;
            request = request with
            {
                Messages = !rendersCalls ? WriteCalls(named, format)
                    : format.SingleCall || !model.Capabilities.ParallelToolCalls ? SplitCalls(named)
                    : named,
            };
        }

        if (!request.OffersTools || (format.TemplateDescribesTools && model.Capabilities.Tools))
        {
            return request;
        }

        string description = format.DescribeTools(request.Tools, request.ToolChoice, request.ParallelToolCalls);
        return request with { Messages = AddToSystem(request.Messages, description), Tools = [] };
    }

    // Results name their call by its id; templates of some models want the tool's name instead.
    private static List<ChatMessage> NameResults(IReadOnlyList<ChatMessage> messages, IToolFormat format)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var result = new List<ChatMessage>(messages.Count);
        foreach (ChatMessage message in messages)
        {
            foreach (ChatToolCall call in message.ToolCalls)
            {
                names[call.Id] = call.Name;
            }

            result.Add(message.ToolCalls.Count == 0 && message.ToolCallId is null ? message : message with
            {
                ToolCalls = [.. message.ToolCalls.Select(call => call with { Id = format.ToTemplateId(call.Id) })],
                ToolCallId = message.ToolCallId is { } id ? format.ToTemplateId(id) : null,
                Name = message.Name ?? (message.ToolCallId is { } answered ? names.GetValueOrDefault(answered) : null),
            });
        }

        return result;
    }

    private static List<ChatMessage> WriteCalls(List<ChatMessage> messages, IToolFormat format)
    {
        var result = new List<ChatMessage>(messages.Count);
        bool isBehindResult = false;
        foreach (ChatMessage message in messages)
        {
            bool isResult = message.Role == "tool";
            ChatMessage written = isResult
                ? new ChatMessage("user", format.RenderResult(message.Name, message.Content))
                : message.ToolCalls.Count > 0
                    ? message with { Content = Join(message.Content, format.RenderCalls(message.ToolCalls)), ToolCalls = [] }
                    : message;

            // Templates that know no calls often insist on turns of user and assistant.
            if (isBehindResult && written.Role == "user")
            {
                result[^1] = result[^1] with { Content = Join(result[^1].Content, written.Content) };
            }
            else
            {
                result.Add(written);
            }

            isBehindResult = isResult || (isBehindResult && written.Role == "user");
        }

        return result;
    }

    // Each call gets a message of its own, with its result behind it where there is one.
    private static List<ChatMessage> SplitCalls(List<ChatMessage> messages)
    {
        var result = new List<ChatMessage>(messages.Count);
        for (int i = 0; i < messages.Count; i++)
        {
            ChatMessage message = messages[i];
            if (message.ToolCalls.Count < 2)
            {
                result.Add(message);
                continue;
            }

            List<ChatMessage> answers = [.. messages.Skip(i + 1).TakeWhile(next => next.Role == "tool")];
            i += answers.Count;
            for (int call = 0; call < message.ToolCalls.Count; call++)
            {
                result.Add(call == 0
                    ? message with { ToolCalls = [message.ToolCalls[0]] }
                    : new ChatMessage("assistant", "") { ToolCalls = [message.ToolCalls[call]] });
                int answer = answers.FindIndex(candidate => candidate.ToolCallId == message.ToolCalls[call].Id);
                if (answer >= 0)
                {
                    result.Add(answers[answer]);
                    answers.RemoveAt(answer);
                }
            }

            result.AddRange(answers);
        }

        return result;
    }

    private static ChatMessage[] AddToSystem(IReadOnlyList<ChatMessage> messages, string text) => messages[0].Role == "system"
        ? [messages[0] with { Content = Join(messages[0].Content, text) }, .. messages.Skip(1)]
        : [new ChatMessage("system", text), .. messages];

    private static string Join(string first, string second) => first.Length == 0 ? second : second.Length == 0 ? first : $"{first}\n\n{second}";
}
