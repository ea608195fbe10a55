using System.Buffers;
using System.Text;
using MistralServe.Inference.Chat.Templates.Values;
using MistralServe.Inference.Engine;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// From prompt text to tokens so that only the template writes control tokens. The text is cut at the special tokens that lie in
/// the template's parts, and what is between is tokenised without them: that is how llama.cpp itself partitions a text, so a
/// prompt without special tokens in its input gets the same tokens from both. Any thread. Source: llama-vocab.cpp,
/// tokenizer_st_partition.
/// </summary>
internal sealed class PromptTokenizer
{
    private static readonly byte[] Newline = [(byte)'\n'];

    private readonly IVocabulary _vocabulary;
    private readonly string _templateSource;
    private readonly TokenRunCache _runs = new();
    private readonly Lazy<Finder> _finder;
    private readonly Lazy<bool> _addsSpace;

    /// <summary>
    /// Prepares for a vocabulary and a template; reads the vocabulary at the first prompt only.
    /// </summary>
    /// <param name="vocabulary">The model's tokens.</param>
    /// <param name="templateSource">The template: tokens of the user-defined kind that it writes are not taken from input.</param>
    public PromptTokenizer(IVocabulary vocabulary, string templateSource)
    {
        _vocabulary = vocabulary;
        _templateSource = templateSource;
        _finder = new Lazy<Finder>(CreateFinder);
        _addsSpace = new Lazy<bool>(FindAddsSpace);
    }

    /// <summary>
    /// The tokens of a prompt:
    /// 1. find all spellings of special tokens;
    /// 2. take them, the longest first, where the template wrote them (user-defined ones that do not steer: everywhere);
    /// 3. tokenise what is between them as plain text;
    /// 4. put the begin token before it where the model expects one and the template wrote none.
    /// </summary>
    public int[] Tokenize(RenderedPrompt prompt)
    {
        byte[] text = Encoding.UTF8.GetBytes(prompt.Text);
        bool[] isInput = MarkInput(prompt, text.Length);
        var cuts = new Cuts(text.Length);
        foreach (Occurrence found in _finder.Value.Find(text))
        {
            bool touchesInput = isInput.AsSpan(found.Start, found.Length).Contains(true);
            if (!touchesInput || (!found.Token.IsControl && !_finder.Value.Steers(found.Token)))
            {
                cuts.Take(text, found);
            }
            else if (!found.Token.IsControl)
            {
                // Behind the first character, which may have several bytes.
                Rune.DecodeFromUtf8(text.AsSpan(found.Start), out _, out int size);
                cuts.Split(found.Start + size);
            }
        }

        return Join(text, cuts);
    }

    private int[] Join(byte[] text, Cuts cuts)
    {
        var tokens = new List<int>();
        foreach ((int start, int end, SpecialToken? token, bool continues) in cuts.Parts())
        {
            if (token is not null)
            {
                tokens.Add(token.Id);
            }
            else
            {
                tokens.AddRange(continues ? TokenizeContinuation(text.AsSpan(start, end - start)) : TokenizePlain(text.AsSpan(start, end - start)));
            }
        }

        if (_vocabulary.AddsBeginToken && _vocabulary.BeginToken is { } begin && (tokens.Count == 0 || tokens[0] != begin))
        {
            tokens.Insert(0, begin);
        }

        return [.. tokens];
    }

    private int[] TokenizePlain(ReadOnlySpan<byte> text)
    {
        if (text.Length < TokenRunCache.MinLength)
        {
            return _vocabulary.Tokenize(text, addSpecial: false, parseSpecial: false);
        }

        if (_runs.Find(text) is not { } tokens)
        {
            tokens = _vocabulary.Tokenize(text, addSpecial: false, parseSpecial: false);
            _runs.Add(text, tokens);
        }

        return tokens;
    }

    /// <summary>Text that goes on a stretch: vocabularies that put a space before each text must not do so here.</summary>
    private int[] TokenizeContinuation(ReadOnlySpan<byte> text)
    {
        if (!_addsSpace.Value)
        {
            return TokenizePlain(text);
        }

        int[] newline = TokenizePlain(Newline), tokens = TokenizePlain([.. Newline, .. text]);
        return tokens.AsSpan().StartsWith(newline) ? tokens[newline.Length..] : TokenizePlain(text);
    }

    private bool FindAddsSpace()
    {
        int[] newline = TokenizePlain(Newline), both = TokenizePlain("\na"u8);
        return both.AsSpan().StartsWith(newline) && !both.AsSpan(newline.Length).SequenceEqual(TokenizePlain("a"u8));
    }

    private static bool[] MarkInput(RenderedPrompt prompt, int byteCount)
    {
        bool[] marks = new bool[byteCount];
        int character = 0, position = 0;
        for (int i = 0; i < prompt.Input.Count; i++)
        {
            (int start, int end) = prompt.Input[i];
            position += Encoding.UTF8.GetByteCount(prompt.Text.AsSpan(character, start - character));
            int length = Encoding.UTF8.GetByteCount(prompt.Text.AsSpan(start, end - start));
            marks.AsSpan(position, length).Fill(true);
            position += length;
            character = end;
        }

        return marks;
    }

    private Finder CreateFinder()
    {
        // Only markup can steer: a user-defined newline or word that a template happens to contain is plain text everywhere.
        bool Steers(SpecialToken token)
        {
            string text = Encoding.UTF8.GetString(token.Text);
            return text.Length > 2 && !char.IsLetterOrDigit(text[0]) && text.Any(char.IsLetter) && _templateSource.Contains(text, StringComparison.Ordinal);
        }

        return new Finder(_vocabulary.SpecialTokens, [.. _vocabulary.SpecialTokens.Where(token => !token.IsControl && Steers(token)).Select(token => token.Id)]);
    }

    /// <summary>A spelling of a special token in the text.</summary>
    private readonly record struct Occurrence(int Start, SpecialToken Token)
    {
        public int Length => Token.Text.Length;
    }

    /// <summary>Finds the spellings of all special tokens in one pass.</summary>
    private sealed class Finder
    {
        private readonly SearchValues<byte> _firstBytes;
        private readonly SpecialToken[]?[] _byFirstByte = new SpecialToken[]?[256];
        private readonly HashSet<int> _steering;

        public Finder(IReadOnlyList<SpecialToken> tokens, HashSet<int> steering)
        {
            _steering = steering;
            foreach (Group<byte, SpecialToken> group in tokens.GroupBy(token => token.Text[0]))
            {
                _byFirstByte[group.Key] = [.. group];
            }

            _firstBytes = SearchValues.Create([.. tokens.Select(token => token.Text[0]).Distinct()]);
        }

        /// <summary>Whether a user-defined token belongs to the template's markup.</summary>
        public bool Steers(SpecialToken token) => _steering.Contains(token.Id);

        /// <summary>All spellings, longest first, those of one length from left to right.</summary>
        public List<Occurrence> Find(byte[] text)
        {
            var found = new List<Occurrence>();
            int position = 0;
            while (true)
            {
                int next = text.AsSpan(position).IndexOfAny(_firstBytes);
                if (next < 0)
                {
                    break;
                }

                position += next;
                foreach (SpecialToken token in _byFirstByte[text[position]]!)
                {
                    if (text.AsSpan(position).StartsWith(token.Text))
                    {
                        found.Add(new Occurrence(position, token));
                    }
                }

                position++;
            }

            found.Sort((left, right) => left.Length != right.Length ? right.Length.CompareTo(left.Length) : left.Start.CompareTo(right.Start));
            return found;
        }
    }

    /// <summary>The text as it is divided: special tokens, white space they swallow, and stretches between.</summary>
    private sealed class Cuts(int length)
    {
        private readonly bool[] _taken = new bool[length];
        private readonly SortedDictionary<int, SpecialToken> _tokens = [];
        private readonly HashSet<int> _splits = [];

        /// <summary>Takes a token, unless a longer one has taken a part of it.</summary>
        public void Take(byte[] text, Occurrence found)
        {
            int start = found.Start, end = found.Start + found.Length;
            if (_taken.AsSpan(start, found.Length).Contains(true))
            {
                return;
            }

            _tokens[start] = found.Token;
            for (int i = start - 1; found.Token.StripsLeft && i >= 0 && !_taken[i] && IsSpace(text[i]); i--)
            {
                _taken[i] = true;
            }

            for (int i = end; found.Token.StripsRight && i < text.Length && !_taken[i] && IsSpace(text[i]); i++)
            {
                _taken[i] = true;
            }

            _taken.AsSpan(start, found.Length).Fill(true);
        }

        /// <summary>Divides a stretch, so that no token is found across the position.</summary>
        public void Split(int position) => _splits.Add(position);

        /// <summary>Tokens and stretches in order; a stretch that continues the one before it says so.</summary>
        public IEnumerable<(int Start, int End, SpecialToken? Token, bool Continues)> Parts()
        {
            int position = 0;
            bool continues = false;
            while (position < length)
            {
                if (_taken[position])
                {
                    continues = false;
                    if (_tokens.TryGetValue(position, out SpecialToken? token))
                    {
                        yield return (position, position + token.Text.Length, token, false);
                        position += token.Text.Length;
                    }
                    else
                    {
                        position++;
                    }

                    continue;
                }

                int end = position + 1;
                while (end < length && !_taken[end] && !_splits.Contains(end))
                {
                    end++;
                }

                yield return (position, end, null, continues);
                continues = true;
                position = end;
            }
        }

        private static bool IsSpace(byte character) => character is (byte)' ' or >= (byte)'\t' and <= (byte)'\r';
    }
}
