using System.Text;
using MistralServe.Inference.Chat;

namespace MistralServe.Tests.OpenAi;

/// <summary>
/// A parser for texts that say themselves what they are: each pushed piece begins with R: (reasoning), C:id:name (a call), A: (its arguments) or
/// is content.
/// </summary>
internal sealed class ScriptedParser : IChatOutputParser
{
    private int _calls;

    public void Push(ReadOnlySpan<byte> text, IChatOutputSink sink)
    {
        if (text.StartsWith("R:"u8))
        {
            sink.OnReasoning(text[2..]);
        }
        else if (text.StartsWith("C:"u8))
        {
            string[] parts = Encoding.UTF8.GetString(text).Split(':');
            sink.OnToolCall(_calls++, parts[1], parts[2]);
        }
        else if (text.StartsWith("A:"u8))
        {
            sink.OnToolArguments(_calls - 1, text[2..]);
        }
        else
        {
            sink.OnContent(text);
        }
    }

    public void Complete(IChatOutputSink sink)
    {
    }
}
