using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace MistralServe.Bench.Load;

/// <summary>
/// Reads server-sent events of a completion with as little work as the numbers allow: it shares the cores with the engine it
/// measures. Lines are searched, not parsed, but for usage and, where the text is wanted, every event.
/// </summary>
internal sealed class EventStreamReader
{
    private byte[] _buffer = new byte[16 * 1024];

    /// <summary>Reads to the end of the stream. Throws <see cref="BenchFailureException"/> for an error event.</summary>
    public async Task ReadAsync(Stream stream, StreamResult result, CancellationToken cancellation)
    {
        int filled = 0;
        while (true)
        {
            int read = await stream.ReadAsync(_buffer.AsMemory(filled), cancellation);
            if (read == 0)
            {
                return;
            }

            long now = Stopwatch.GetTimestamp();
            filled += read;
            int start = 0;
            int end;
            while ((end = _buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0)
            {
                ReadLine(_buffer.AsSpan(start, end), result, now);
                start += end + 1;
            }

            _buffer.AsSpan(start, filled - start).CopyTo(_buffer);
            filled -= start;
            if (filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }
    }

    private static void ReadLine(ReadOnlySpan<byte> line, StreamResult result, long now)
    {
        if (!line.StartsWith("data: {"u8))
        {
            return;
        }

        line = line["data: ".Length..];
        result.Finished = now;
        if (line.StartsWith("{\"error\""u8))
        {
            throw new BenchFailureException($"the stream ended with {Encoding.UTF8.GetString(line)}");
        }

        if (HasText(line, "\"text\":\""u8) || HasText(line, "\"content\":\""u8) || HasText(line, "\"reasoning_content\":\""u8))
        {
            result.AddEvent(now);
            if (result.KeepsText)
            {
                AddText(line, result);
            }
        }

        int usage = line.IndexOf("\"usage\":{"u8);
        if (usage >= 0)
        {
            ReadUsage(line[(usage + "\"usage\":".Length)..], result);
        }
    }

    private static bool HasText(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field)
    {
        int found = line.IndexOf(field);
        return found >= 0 && found + field.Length < line.Length && line[found + field.Length] != (byte)'"';
    }

    private static void AddText(ReadOnlySpan<byte> line, StreamResult result)
    {
        using JsonDocument document = JsonDocument.Parse(line.ToArray());
        JsonElement choice = document.RootElement.GetProperty("choices")[0];
        JsonElement holder = choice.TryGetProperty("delta", out JsonElement delta) ? delta : choice;
        if (holder.TryGetProperty("content", out JsonElement text) || holder.TryGetProperty("text", out text))
        {
            result.AddText(text.GetString());
        }
    }

    private static void ReadUsage(ReadOnlySpan<byte> json, StreamResult result)
    {
        var reader = new Utf8JsonReader(json);
        int depth = 0;
        while (reader.Read())
        {
            depth += reader.TokenType switch { JsonTokenType.StartObject => 1, JsonTokenType.EndObject => -1, _ => 0 };
            if (depth == 0)
            {
                return;
            }

            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("prompt_tokens"u8) && reader.Read())
            {
                result.PromptTokens = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("completion_tokens"u8) && reader.Read())
            {
                result.CompletionTokens = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("cached_tokens"u8) && reader.Read())
            {
                result.CachedTokens = reader.GetInt32();
            }
        }
    }
}
