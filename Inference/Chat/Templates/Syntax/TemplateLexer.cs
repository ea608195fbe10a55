namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens as jinja2's lexer does with <c>trim_blocks</c> and <c>lstrip_blocks</c>, the settings of chat
/// templates: a newline after a block tag goes, white space between a line's start and a block tag goes, <c>-</c> strips more,
/// <c>+</c> strips nothing. Source: jinja2 3.1, lexer.
/// </summary>
internal sealed class TemplateLexer
{
    // Longest first.
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _counted;
    private bool _lineStarting = true;

    private TemplateLexer(string source) => _source = source;

    /// <summary>All tokens, the last one of kind <see cref="TokenKind.End"/>; a fault with its line when the source is wrong.</summary>
    public static List<TemplateToken> Read(string source, out int line)
    {
        // Line ends of all systems become one, and the newline that editors leave at the end goes.
        string text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new TemplateLexer(text.EndsWith('\n') ? text[..^1] : text);
        try
        {
            lexer.ReadAll();
            return lexer._tokens;
        }
        finally
        {
            line = lexer._line;
        }
    }

    private void ReadAll()
    {
        while (_position < _source.Length)
        {
            int tag = FindTag();
            if (tag < 0)
            {
                AddData(_source.Length, '+', lstrip: false);
                break;
            }

            char sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : '\0';
            char kind = _source[tag + 1];
            AddData(tag, sign, lstrip: kind != '{');
            if (kind == '%' && TryReadRaw(tag))
            {
                continue;
            }

            _position = tag + (sign == '\0' ? 2 : 3);
            if (kind == '#')
            {
                SkipComment();
            }
            else
            {
                Add(kind == '{' ? TokenKind.OutputBegin : TokenKind.BlockBegin, "", tag);
                ReadTag(isBlock: kind == '%');
            }
        }

        Add(TokenKind.End, "", _source.Length);
    }

    private int FindTag()
    {
        for (int i = _source.IndexOf('{', _position); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Adds the text before a tag, stripped as the tag's sign and the settings say.</summary>
    private void AddData(int end, char sign, bool lstrip)
    {
        int textEnd = end;
        if (sign == '-')
        {
            while (textEnd > _position && PythonCharacters.IsSpace(_source[textEnd - 1]))
            {
                textEnd--;
            }
        }
        else if (sign != '+' && lstrip && textEnd > _position)
        {
            int newline = _source.LastIndexOf('\n', textEnd - 1, textEnd - _position);
            int lineStart = newline < 0 ? _position : newline + 1;
            if ((newline >= 0 || _lineStarting) && lineStart < textEnd && IsBlank(lineStart, textEnd))
            {
                textEnd = lineStart;
            }
        }

        if (textEnd > _position)
        {
            Add(TokenKind.Data, _source[_position..textEnd], _position);
        }
    }

    private bool IsBlank(int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (!PythonCharacters.IsSpace(_source[i]))
            {
                return false;
            }
        }

        return true;
    }

    private void SkipComment()
    {
        int end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            CountLines(_position);
            throw new TemplateFaultException("Missing end of comment tag");
        }

        char sign = end > _position ? _source[end - 1] : '\0';
        EndTag(end + 2, sign, trim: true);
    }

    /// <summary>Moves behind a tag's end and the white space that goes with it.</summary>
    private void EndTag(int end, char sign, bool trim)
    {
        if (sign == '-')
        {
            while (end < _source.Length && PythonCharacters.IsSpace(_source[end]))
            {
                end++;
            }
        }
        else if (trim && sign != '+' && end < _source.Length && _source[end] == '\n')
        {
            end++;
        }

        _position = end;
        _lineStarting = _source[end - 1] == '\n';
    }

    /// <summary>Reads <c>{% raw %}…{% endraw %}</c> as text, when that is what begins here.</summary>
    private bool TryReadRaw(int tag)
    {
        if (MatchBareTag(tag, "raw", out char beginSign, out int contentStart) is false || beginSign == '+')
        {
            return false;
        }

        CountLines(tag);
        EndTag(contentStart, beginSign, trim: false);
        for (int i = _source.IndexOf("{%", _position, StringComparison.Ordinal); i >= 0; i = _source.IndexOf("{%", i + 1, StringComparison.Ordinal))
        {
            if (MatchBareTag(i, "endraw", out char endSign, out int end))
            {
                AddData(i, _source[i + 2] is '-' or '+' ? _source[i + 2] : '\0', lstrip: true);
                EndTag(end, endSign, trim: true);
                return true;
            }
        }

        throw new TemplateFaultException("Missing end of raw directive");
    }

    /// <summary>Whether a tag of one word stands at a position; gives the sign before its end and where it ends.</summary>
    private bool MatchBareTag(int tag, string word, out char sign, out int end)
    {
        int i = tag + 2;
        sign = '\0';
        end = 0;
        if (i < _source.Length && _source[i] is '-' or '+')
        {
            i++;
        }

        i = SkipSpace(i);
        if (string.CompareOrdinal(_source, i, word, 0, word.Length) != 0)
        {
            return false;
        }

        i = SkipSpace(i + word.Length);
        if (i < _source.Length && _source[i] is '-' or '+')
        {
            sign = _source[i++];
        }

        end = i + 2;
        return string.CompareOrdinal(_source, i, "%}", 0, 2) == 0;
    }

    private int SkipSpace(int i)
    {
        while (i < _source.Length && PythonCharacters.IsSpace(_source[i]))
        {
            i++;
        }

        return i;
    }

    private void ReadTag(bool isBlock)
    {
        string close = isBlock ? "%}" : "}}";
        var brackets = new Stack<char>();
        while (true)
        {
            _position = SkipSpace(_position);
            if (_position >= _source.Length)
            {
                return;
            }

            if (brackets.Count == 0)
            {
                char sign = _source[_position] == '-' || (isBlock && _source[_position] == '+') ? _source[_position] : '\0';
                int at = sign == '\0' ? _position : _position + 1;
                if (string.CompareOrdinal(_source, at, close, 0, 2) == 0)
                {
                    Add(isBlock ? TokenKind.BlockEnd : TokenKind.OutputEnd, "", _position);
                    EndTag(at + 2, sign, trim: isBlock);
                    return;
                }
            }

            ReadToken(brackets);
        }
    }

    private void ReadToken(Stack<char> brackets)
    {
        char first = _source[_position];
        if (first is '\'' or '"')
        {
            ReadString(first);
        }
        else if (char.IsAsciiDigit(first))
        {
            ReadNumber();
        }
        else if (PythonCharacters.IsNamePart(first))
        {
            int end = _position;
            while (end < _source.Length && PythonCharacters.IsNamePart(_source[end]))
            {
                end++;
            }

            Take(TokenKind.Name, _source[_position..end], end);
        }
        else if (Array.Find(Operators, symbol => string.CompareOrdinal(_source, _position, symbol, 0, symbol.Length) == 0) is { } symbol)
        {
            Balance(symbol[0], brackets);
            Take(TokenKind.Operator, symbol, _position + symbol.Length);
        }
        else
        {
            CountLines(_position);
            throw new TemplateFaultException($"unexpected character '{first}'");
        }
    }

    private void Balance(char symbol, Stack<char> brackets)
    {
        if (symbol is '(' or '[' or '{')
        {
            brackets.Push(symbol == '(' ? ')' : symbol == '[' ? ']' : '}');
        }
        else if (symbol is ')' or ']' or '}' && (!brackets.TryPop(out char expected) || expected != symbol))
        {
            CountLines(_position);
            throw new TemplateFaultException($"unexpected '{symbol}'" + (expected == '\0' ? "" : $", expected '{expected}'"));
        }
    }

    private void ReadString(char quote)
    {
        int end = _position + 1;
        while (end < _source.Length && _source[end] != quote)
        {
            end += _source[end] == '\\' ? 2 : 1;
        }

        if (end >= _source.Length)
        {
            CountLines(_position);
            throw new TemplateFaultException($"a string that begins with {quote} has no end");
        }

        if (TemplateLiterals.Unescape(_source[(_position + 1)..end]) is not { } text)
        {
            CountLines(_position);
            throw new TemplateFaultException("a string has a broken escape");
        }

        Take(TokenKind.String, text, end + 1);
    }

    private void ReadNumber()
    {
        (int end, bool isFloat) = TemplateLiterals.FindNumberEnd(_source, _position);
        Take(isFloat ? TokenKind.Float : TokenKind.Integer, _source[_position..end].Replace("_", "", StringComparison.Ordinal), end);
    }

    private void Take(TokenKind kind, string text, int end)
    {
        Add(kind, text, _position);
        _position = end;
    }

    private void Add(TokenKind kind, string text, int position)
    {
        CountLines(position);
        _tokens.Add(new TemplateToken(kind, text, _line));
    }

    private void CountLines(int position)
    {
        for (; _counted < position; _counted++)
        {
            _line += _source[_counted] == '\n' ? 1 : 0;
        }
    }
}
