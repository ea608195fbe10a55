using System.Text;
using MistralServe.Inference.Chat.Templates;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Ranking;

/// <summary>
/// The prompt that a generative reranker has around a pair: text with <c>{query}</c> and <c>{document}</c> in it. Immutable; any thread.
/// Source: the template named "rerank" of GGUF files, as llama-server fills it in.
/// </summary>
/// <param name="text">The template.</param>
internal sealed class RankTemplate(string text)
{
    private const string QueryPlace = "{query}";
    private const string DocumentPlace = "{document}";

    /// <summary>Puts a pair into the template, with marks on what came from the caller: it becomes no control tokens. Braces in it stay what they are.</summary>
    public RenderedPrompt Render(string query, string document)
    {
        var prompt = new StringBuilder();
        var bounds = new List<int>();
        int position = 0;
        while (position < text.Length)
        {
            ReadOnlySpan<char> rest = text.AsSpan(position);
            bool isQuery = rest.StartsWith(QueryPlace, StringComparison.Ordinal);
            if (isQuery || rest.StartsWith(DocumentPlace, StringComparison.Ordinal))
            {
                AppendInput(isQuery ? query : document);
                position += (isQuery ? QueryPlace : DocumentPlace).Length;
            }
            else
            {
                // Up to the next brace, which may begin a place.
                int brace = rest[1..].IndexOf('{');
                int length = brace < 0 ? rest.Length : brace + 1;
                prompt.Append(rest[..length]);
                position += length;
            }
        }

        return new RenderedPrompt(prompt.ToString(), InputRanges.From(bounds));

        void AppendInput(string input)
        {
            // Ranges must not touch: two places side by side are one range.
            if (bounds.Count > 0 && bounds[^1] == prompt.Length)
            {
                bounds.RemoveAt(bounds.Count - 1);
            }
            else
            {
                bounds.Add(prompt.Length);
            }

            prompt.Append(input);
            bounds.Add(prompt.Length);
        }
    }
}
