using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat;

/// <summary>
/// Finds the longest end of a conversation whose prompt fits, for requests that allow their oldest messages to be dropped. System messages stay
/// wherever they are. Where it can, the rest begins with a turn of the user, because templates expect that; only when the last turn alone is too
/// long, with an answer inside it, but never with a tool's result whose call is gone. Stateless.
/// </summary>
internal static class ConversationCut
{
    /// <summary>Starts that are tried in turn after the first that fits was refused by the template. Ours: each renders the conversation.</summary>
    private const int MaxRefusals = 8;

    /// <summary>
    /// Drops the oldest messages until the rest fits; the number of tries grows with the logarithm of the number of messages.
    /// </summary>
    /// <typeparam name="T">What is made of a conversation that fits.</typeparam>
    /// <param name="request">A request whose conversation does not fit.</param>
    /// <param name="make">Makes it, or says why not.</param>
    /// <returns>What was made; null when there is no part that fits.</returns>
    public static T? Find<T>(ChatGeneration request, Func<ChatGeneration, (T? Made, EngineFailure? Failure)> make)
        where T : class
    {
        int[] starts = FindStarts(request.Messages);
        int low = 0;
        int high = starts.Length;
        T? found = null;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (T? made, EngineFailure? failure) = make(StartAt(request, starts[middle]));
            if (failure?.Code == EngineFailureCode.ContextLengthExceeded)
            {
                low = middle + 1;
            }
            else
            {
                (high, found) = (middle, made);
            }
        }

        // The first that is short enough, unless the template does not take it: then a later one.
        for (int i = low + 1; found is null && i < starts.Length && i <= low + MaxRefusals; i++)
        {
            (found, _) = make(StartAt(request, starts[i]));
        }

        return found;
    }

    /// <summary>Indices of the messages that the rest may begin with, oldest first.</summary>
    internal static int[] FindStarts(IReadOnlyList<ChatMessage> messages)
    {
        int first = 0;
        int lastUser = -1;
        for (int i = messages.Count - 1; i >= 0; i--)
        {
            first = messages[i].Role == "system" ? first : i;
            lastUser = lastUser < 0 && messages[i].Role == "user" ? i : lastUser;
        }

        var starts = new List<int>();
        for (int i = first + 1; i < messages.Count; i++)
        {
            string role = messages[i].Role;
            if (role == "user" || (i > lastUser && role is not ("system" or "tool")))
            {
                starts.Add(i);
            }
        }

        return [.. starts];
    }

    private static ChatGeneration StartAt(ChatGeneration request, int start)
    {
        var rest = new List<ChatMessage>(request.Messages.Count);
        for (int i = 0; i < request.Messages.Count; i++)
        {
            if (i >= start || request.Messages[i].Role == "system")
            {
                rest.Add(request.Messages[i]);
            }
        }

        return request with { Messages = rest };
    }
}
