using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Json;
using MistralServe.OpenAi.Answers;

namespace MistralServe.OpenAi.Chat;

/// <summary>
/// The chunks of a streamed chat answer: the role once, then pieces of reasoning, content and calls as they are recognised, then the finish
/// reason. Id, type and name of a call come once, with its first piece, and never again: clients join repeated ones, or throw.
/// </summary>
internal sealed class ChatChunkWriter : AnswerChunkWriter
{
    private readonly ChatAnswerForm _form;
    private readonly ChatOutputReader[] _readers;

    /// <summary>A writer at the start of an answer.</summary>
    /// <param name="events">Where the chunks go.</param>
    /// <param name="identity">What all chunks have in common.</param>
    /// <param name="includeUsage">Whether the client asked for usage.</param>
    /// <param name="choices">How many choices the answer has.</param>
    /// <param name="createParser">Makes the parser of each choice.</param>
    /// <param name="form">How parts are written.</param>
    public ChatChunkWriter(SseWriter events, AnswerIdentity identity, bool includeUsage, int choices, Func<IChatOutputParser> createParser, ChatAnswerForm form)
        : base(events, identity, "chat.completion.chunk", includeUsage)
    {
        _form = form;
        _readers = [.. Sequence.Range(0, choices).Select(choice => new ChatOutputReader(createParser(), new ChoiceSink(this, choice)))];
    }

    /// <inheritdoc/>
    protected override int ReasoningTokens => _readers.Sum(reader => reader.ReasoningTokens);

    /// <summary>The first chunk of a choice: the role comes here and never again.</summary>
    public override void WriteStart(int choice)
    {
        Utf8JsonWriter json = BeginDelta(choice);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        json.WriteNull("refusal"u8);
        EndDelta(json, finishReason: null);
    }

    /// <inheritdoc/>
    public override void WriteText(int choice, ReadOnlySpan<byte> text) => _readers[choice].Read(Noted);

    /// <inheritdoc/>
    public override void WriteFinish(int choice, string finishReason)
    {
        _readers[choice].Read(Noted); // what the parser held back
        EndDelta(BeginDelta(choice), _form.ToFinishReason(finishReason, _readers[choice].CallCount));
    }

    private Utf8JsonWriter BeginDelta(int choice)
    {
        Utf8JsonWriter json = BeginChoice(choice);
        json.WriteStartObject("delta"u8);
        return json;
    }

    private void EndDelta(Utf8JsonWriter json, string? finishReason)
    {
        json.WriteEndObject();
        EndChoice(json, finishReason);
    }

    private void WritePiece(int choice, ReadOnlySpan<byte> field, ReadOnlySpan<byte> text)
    {
        Utf8JsonWriter json = BeginDelta(choice);
        json.WriteString(field, text);
        EndDelta(json, finishReason: null);
    }

    private void WriteCall(int choice, int index, string? id, string? name, ReadOnlySpan<byte> arguments)
    {
        Utf8JsonWriter json = BeginDelta(choice);
        if (_form.IsFunctionCall)
        {
            json.WriteStartObject("function_call"u8);
            WriteFunction(json, name, arguments);
        }
        else
        {
            json.WriteStartArray("tool_calls"u8);
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            if (name is not null)
            {
                json.WriteString("id"u8, id);
                json.WriteString("type"u8, "function"u8);
            }

            json.WriteStartObject("function"u8);
            WriteFunction(json, name, arguments);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        EndDelta(json, finishReason: null);
    }

    private static void WriteFunction(Utf8JsonWriter json, string? name, ReadOnlySpan<byte> arguments)
    {
        if (name is not null)
        {
            json.WriteString("name"u8, name);
        }

        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
    }

    private sealed class ChoiceSink(ChatChunkWriter writer, int choice) : IChatOutputSink
    {
        private ContentSeam _seam;

        public void OnContent(ReadOnlySpan<byte> text)
        {
            if (_seam.AddContent())
            {
                writer.WritePiece(choice, "content"u8, "\n"u8);
            }

            writer.WritePiece(choice, "content"u8, text);
        }

        public void OnReasoning(ReadOnlySpan<byte> text)
        {
            if (writer._form.ShowsReasoning)
            {
                writer.WritePiece(choice, "reasoning_content"u8, text);
            }
        }

        public void OnToolCall(int index, string id, string name)
        {
            _seam.AddCall();
            writer.WriteCall(choice, index, id, name, ""u8);
        }

        public void OnToolArguments(int index, ReadOnlySpan<byte> json) => writer.WriteCall(choice, index, null, null, json);
    }
}
