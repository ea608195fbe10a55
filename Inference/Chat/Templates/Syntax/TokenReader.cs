namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>Goes through the tokens of a template and counts how deep its parts are nested. One thread.</summary>
internal sealed class TokenReader(List<TemplateToken> tokens)
{
    private int _index;
    private int _depth;

    /// <summary>The token that comes.</summary>
    public TemplateToken Current => tokens[_index];

    /// <summary>The one after it.</summary>
    public TemplateToken Next => tokens[Math.Min(_index + 1, tokens.Count - 1)];

    /// <summary>Takes the token; the last one stays.</summary>
    public TemplateToken Take()
    {
        TemplateToken token = Current;
        _index = Math.Min(_index + 1, tokens.Count - 1);
        return token;
    }

    /// <summary>Takes an operator if it comes.</summary>
    public bool TrySkip(string symbol) => Current.Is(symbol) && Advance();

    /// <summary>Takes a name if it comes.</summary>
    public bool TrySkipName(string name) => Current.IsName(name) && Advance();

    /// <summary>Takes an operator that must come.</summary>
    public void Expect(string symbol)
    {
        if (!TrySkip(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }
    }

    /// <summary>Takes a name that must come.</summary>
    public string ExpectName() => Current.Kind == TokenKind.Name ? Take().Text : throw Unexpected("a name");

    /// <summary>Takes a token of a kind that must come.</summary>
    public void Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected(kind == TokenKind.BlockEnd ? "end of statement block" : "end of print statement");
        }

        Advance();
    }

    /// <summary>A fault that says what should have come.</summary>
    public TemplateFaultException Unexpected(string expected) => new($"expected {expected}, got '{Current.Describe()}'");

    /// <summary>Goes one level deeper; leave by <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > TemplateLimits.ParseDepth)
        {
            throw new TemplateFaultException($"nested deeper than {TemplateLimits.ParseDepth}");
        }
    }

    /// <summary>Comes back from <see cref="Enter"/>.</summary>
    public void Leave() => _depth--;

    /// <summary>A fault when a row of operands, arguments or the like is too long.</summary>
    public static void CheckWidth(int count)
    {
        if (count > TemplateLimits.ParseWidth)
        {
            throw new TemplateFaultException($"more than {TemplateLimits.ParseWidth} parts in a row");
        }
    }

    private bool Advance()
    {
        Take();
        return true;
    }
}
