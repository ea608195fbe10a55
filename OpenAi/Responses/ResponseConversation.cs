using MistralServe.Inference.Chat;

namespace MistralServe.OpenAi.Responses;

/// <summary>
/// Makes the messages of a conversation from items: reasoning, text and calls that follow one another are one turn of the assistant. Any thread.
/// </summary>
internal static class ResponseConversation
{
    /// <summary>Converts items, oldest first.</summary>
    public static List<ChatMessage> ToMessages(string? instructions, IEnumerable<ResponseItem> items)
    {
        var messages = new List<ChatMessage>();
        if (!string.IsNullOrEmpty(instructions))
        {
            messages.Add(new ChatMessage("system", instructions));
        }

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var turn = new AssistantTurn(messages);
        foreach (ResponseItem item in items)
        {
            switch (item)
            {
                case ReasoningItem reasoning:
                    turn.AddReasoning(ToText(reasoning.Content.Count > 0 ? reasoning.Content : reasoning.Summary));
                    break;
                case MessageItem { Role: "assistant" } message:
                    turn.AddContent(ToText(message.Content));
                    break;
                case FunctionCallItem call:
                    names[call.CallId] = call.Name;
                    turn.AddCall(new ChatToolCall(call.CallId, call.Name, call.Arguments));
                    break;
                default:
                    turn.End();
                    messages.Add(ToMessage(item, names));
                    break;
            }
        }

        turn.End();
        return messages;
    }

    private static ChatMessage ToMessage(ResponseItem item, Dictionary<string, string> names) => item switch
    {
        FunctionCallOutputItem output =>
            new ChatMessage("tool", output.Text) { ToolCallId = output.CallId, Name = names.GetValueOrDefault(output.CallId) },
        MessageItem message => new ChatMessage(message.Role == "developer" ? "system" : message.Role, ToText(message.Content)),
        _ => throw new ArgumentOutOfRangeException(nameof(item), item.GetType().Name, "An item that is no message."),
    };

    // Parts become lines, as in chat requests.
    private static string ToText(IReadOnlyList<ResponsePart> parts) => string.Join('\n', parts.Select(part => part.Content));

    /// <summary>A turn of the assistant while it may still grow: reasoning, then text, then calls.</summary>
    private sealed class AssistantTurn(List<ChatMessage> messages)
    {
        private readonly List<string> _reasoning = [];
        private readonly List<ChatToolCall> _calls = [];
        private string? _content;

        public void AddReasoning(string text)
        {
            EndBefore(hasMore: _content is not null || _calls.Count > 0);
            _reasoning.Add(text);
        }

        public void AddContent(string text)
        {
            EndBefore(hasMore: _content is not null || _calls.Count > 0);
            _content = text;
        }

        public void AddCall(ChatToolCall call) => _calls.Add(call);

        public void End() => EndBefore(hasMore: _reasoning.Count > 0 || _content is not null || _calls.Count > 0);

        private void EndBefore(bool hasMore)
        {
            if (!hasMore)
            {
                return;
            }

            messages.Add(new ChatMessage("assistant", _content ?? "")
            {
                Reasoning = _reasoning.Count > 0 ? string.Join('\n', _reasoning) : null,
                ToolCalls = [.. _calls],
            });
            _reasoning.Clear();
            _calls.Clear();
            _content = null;
        }
    }
}
