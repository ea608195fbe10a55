namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>Reads expressions, with the ranks and oddities of jinja2's parser. One thread.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenReader _reader;
    private readonly PrimaryParser _primaries;
    private readonly PostfixParser _postfixes;

    /// <summary>A parser at the start of an expression.</summary>
    public ExpressionParser(TokenReader reader)
    {
        _reader = reader;
        _primaries = new PrimaryParser(reader, this);
        _postfixes = new PostfixParser(reader, this, _primaries);
    }

    /// <summary>Called for each variable that is read.</summary>
    public Action<string> NameRead { get; set; } = _ => { };

    /// <summary>An expression, with <c>if</c> and <c>else</c> where allowed.</summary>
    public Expression Parse(bool allowConditional = true)
    {
        _reader.Enter();
        Expression result = allowConditional ? ParseConditional() : ParseOr();
        _reader.Leave();
        return result;
    }

    /// <summary>An expression, or several with commas as a tuple.</summary>
    public Expression ParseTuple(bool allowConditional = true, bool explicitParentheses = false, string? endName = null) =>
        ParseTuple(() => Parse(allowConditional), explicitParentheses, endName);

    /// <summary>What can be assigned to: names, tuples of these, members of a namespace where allowed.</summary>
    public Expression ParseTarget(bool allowNamespace = false, string? endName = null)
    {
        Expression target = ParseTuple(() => _primaries.Parse(allowNamespace), explicitParentheses: false, endName);
        CheckTarget(target);
        return target;
    }

    /// <summary>Filters in a row, after <c>|</c> or at once.</summary>
    public Expression? ParseFilters(Expression? target, bool startInline = false) => _postfixes.ParseFilters(target, startInline);

    private static void CheckTarget(Expression target)
    {
        if (target is TupleExpression tuple)
        {
            foreach (Expression item in tuple.Items)
            {
                CheckTarget(item);
            }
        }
        else if (target is not (NameExpression or NamespaceTarget))
        {
            throw new TemplateFaultException("can't assign to this");
        }
    }

    private Expression ParseTuple(Func<Expression> parse, bool explicitParentheses, string? endName)
    {
        int line = _reader.Current.Line;
        var items = new List<Expression>();
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                _reader.Expect(",");
                TokenReader.CheckWidth(items.Count);
            }

            if (_reader.Current.Kind is TokenKind.BlockEnd or TokenKind.OutputEnd || _reader.Current.Is(")") || (endName is not null && _reader.Current.IsName(endName)))
            {
                break;
            }

            items.Add(parse());
            if (!_reader.Current.Is(","))
            {
                break;
            }

            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
        {
            return items[0];
        }

        return isTuple || explicitParentheses ? new TupleExpression(items, line) : throw _reader.Unexpected("an expression");
    }

    private Expression ParseConditional()
    {
        int line = _reader.Current.Line;
        Expression result = ParseOr();
        int count = 0;
        while (_reader.TrySkipName("if"))
        {
            TokenReader.CheckWidth(++count * (TemplateLimits.ParseWidth / TemplateLimits.ParseDepth));
            Expression condition = ParseOr();
            Expression? otherwise = _reader.TrySkipName("else") ? Parse() : null;
            result = new ConditionalExpression(condition, result, otherwise, line);
        }

        return result;
    }

    private Expression ParseOr() => ParseLogic("or", isOr: true, () => ParseLogic("and", isOr: false, ParseNot));

    private Expression ParseLogic(string name, bool isOr, Func<Expression> parse)
    {
        int line = _reader.Current.Line;
        Expression first = parse();
        if (!_reader.Current.IsName(name))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (_reader.TrySkipName(name))
        {
            TokenReader.CheckWidth(items.Count);
            items.Add(parse());
        }

        return new LogicExpression(isOr, items, line);
    }

    private Expression ParseNot()
    {
        int line = _reader.Current.Line;
        if (!_reader.TrySkipName("not"))
        {
            return ParseCompare();
        }

        _reader.Enter();
        var result = new NotExpression(ParseNot(), line);
        _reader.Leave();
        return result;
    }

    private Expression ParseCompare()
    {
        int line = _reader.Current.Line;
        Expression first = ParseSum();
        List<(string, Expression)>? rest = null;
        while (TakeComparison() is { } comparison)
        {
            rest ??= [];
            TokenReader.CheckWidth(rest.Count);
            rest.Add((comparison, ParseSum()));
        }

        return rest is null ? first : new CompareExpression(first, rest, line);
    }

    private string? TakeComparison()
    {
        TemplateToken token = _reader.Current;
        if (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
        {
            return _reader.Take().Text;
        }

        if (_reader.TrySkipName("in"))
        {
            return "in";
        }

        if (token.IsName("not") && _reader.Next.IsName("in"))
        {
            _reader.Take();
            _reader.Take();
            return "not in";
        }

        return null;
    }

    private Expression ParseSum() => ParseRow(ParseConcat, "+", "-");

    private Expression ParseConcat()
    {
        int line = _reader.Current.Line;
        Expression first = ParseProduct();
        if (!_reader.Current.Is("~"))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (_reader.TrySkip("~"))
        {
            TokenReader.CheckWidth(items.Count);
            items.Add(ParseProduct());
        }

        return new ConcatExpression(items, line);
    }

    private Expression ParseProduct() => ParseRow(() => ParseRow(() => ParseUnary(withFilters: true), "**"), "*", "/", "//", "%");

    private Expression ParseRow(Func<Expression> parse, params string[] operators)
    {
        int line = _reader.Current.Line;
        Expression first = parse();
        List<(string, Expression)>? rest = null;
        while (_reader.Current.Kind == TokenKind.Operator && operators.Contains(_reader.Current.Text, StringComparer.Ordinal))
        {
            rest ??= [];
            TokenReader.CheckWidth(rest.Count);
            string symbol = _reader.Take().Text;
            rest.Add((symbol, parse()));
        }

        return rest is null ? first : new ArithmeticExpression(first, rest, line);
    }

    private Expression ParseUnary(bool withFilters)
    {
        int line = _reader.Current.Line;
        Expression node;
        if (_reader.Current.Is("-") || _reader.Current.Is("+"))
        {
            _reader.Enter();
            bool negative = _reader.Take().Text == "-";
            node = new SignExpression(negative, ParseUnary(withFilters: false), line);
            _reader.Leave();
        }
        else
        {
            node = _primaries.Parse(allowNamespace: false);
        }

        node = _postfixes.Parse(node);
        return withFilters ? _postfixes.ParseFiltersAndTests(node) : node;
    }
}
