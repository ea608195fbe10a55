using System.Globalization;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>Reads expressions, with the ranks and oddities of jinja2's parser. One thread.</summary>
internal sealed class ExpressionParser(TokenReader reader)
{
    /// <summary>Called for each variable that is read.</summary>
    public Action<string> NameRead { get; set; } = _ => { };

    /// <summary>An expression, with <c>if</c> and <c>else</c> where allowed.</summary>
    public Expression Parse(bool allowConditional = true)
    {
        reader.Enter();
        Expression result = allowConditional ? ParseConditional() : ParseOr();
        reader.Leave();
        return result;
    }

    /// <summary>An expression, or several with commas as a tuple.</summary>
    public Expression ParseTuple(bool allowConditional = true, bool explicitParentheses = false, string? endName = null) =>
        ParseTuple(() => Parse(allowConditional), explicitParentheses, endName);

    /// <summary>What can be assigned to: names, tuples of these, members of a namespace where allowed.</summary>
    public Expression ParseTarget(bool allowNamespace = false, string? endName = null)
    {
        Expression target = ParseTuple(() => ParsePrimary(allowNamespace), explicitParentheses: false, endName);
        CheckTarget(target);
        return target;
    }

    /// <summary>Filters in a row, after <c>|</c> or at once.</summary>
    public Expression? ParseFilters(Expression? target, bool startInline = false)
    {
        int count = 0;
        while (startInline || reader.TrySkip("|"))
        {
            startInline = false;
            TokenReader.CheckWidth(++count * (TemplateLimits.ParseWidth / TemplateLimits.ParseDepth));
            int line = reader.Current.Line;
            string name = ParseDottedName();
            target = new FilterExpression(target, name, reader.Current.Is("(") ? ParseArguments() : ArgumentList.Empty, line);
        }

        return target;
    }

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
        int line = reader.Current.Line;
        var items = new List<Expression>();
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                reader.Expect(",");
                TokenReader.CheckWidth(items.Count);
            }

            if (reader.Current.Kind is TokenKind.BlockEnd or TokenKind.OutputEnd || reader.Current.Is(")") || (endName is not null && reader.Current.IsName(endName)))
            {
                break;
            }

            items.Add(parse());
            if (!reader.Current.Is(","))
            {
                break;
            }

            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
        {
            return items[0];
        }

        return isTuple || explicitParentheses ? new TupleExpression(items, line) : throw reader.Unexpected("an expression");
    }

    private Expression ParseConditional()
    {
        int line = reader.Current.Line;
        Expression result = ParseOr();
        int count = 0;
        while (reader.TrySkipName("if"))
        {
            TokenReader.CheckWidth(++count * (TemplateLimits.ParseWidth / TemplateLimits.ParseDepth));
            Expression condition = ParseOr();
            Expression? otherwise = reader.TrySkipName("else") ? Parse() : null;
            result = new ConditionalExpression(condition, result, otherwise, line);
        }

        return result;
    }

    private Expression ParseOr() => ParseLogic("or", isOr: true, () => ParseLogic("and", isOr: false, ParseNot));

    private Expression ParseLogic(string name, bool isOr, Func<Expression> parse)
    {
        int line = reader.Current.Line;
        Expression first = parse();
        if (!reader.Current.IsName(name))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (reader.TrySkipName(name))
        {
            TokenReader.CheckWidth(items.Count);
            items.Add(parse());
        }

        return new LogicExpression(isOr, items, line);
    }

    private Expression ParseNot()
    {
        int line = reader.Current.Line;
        if (!reader.TrySkipName("not"))
        {
            return ParseCompare();
        }

        reader.Enter();
        var result = new NotExpression(ParseNot(), line);
        reader.Leave();
        return result;
    }

    private Expression ParseCompare()
    {
        int line = reader.Current.Line;
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
        TemplateToken token = reader.Current;
        if (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
        {
            return reader.Take().Text;
        }

        if (reader.TrySkipName("in"))
        {
            return "in";
        }

        if (token.IsName("not") && reader.Next.IsName("in"))
        {
            reader.Take();
            reader.Take();
            return "not in";
        }

        return null;
    }

    private Expression ParseSum() => ParseRow(ParseConcat, "+", "-");

    private Expression ParseConcat()
    {
        int line = reader.Current.Line;
        Expression first = ParseProduct();
        if (!reader.Current.Is("~"))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (reader.TrySkip("~"))
        {
            TokenReader.CheckWidth(items.Count);
            items.Add(ParseProduct());
        }

        return new ConcatExpression(items, line);
    }

    private Expression ParseProduct() => ParseRow(() => ParseRow(() => ParseUnary(withFilters: true), "**"), "*", "/", "//", "%");

    private Expression ParseRow(Func<Expression> parse, params string[] operators)
    {
        int line = reader.Current.Line;
        Expression first = parse();
        List<(string, Expression)>? rest = null;
        while (reader.Current.Kind == TokenKind.Operator && operators.Contains(reader.Current.Text, StringComparer.Ordinal))
        {
            rest ??= [];
            TokenReader.CheckWidth(rest.Count);
            string symbol = reader.Take().Text;
            rest.Add((symbol, parse()));
        }

        return rest is null ? first : new ArithmeticExpression(first, rest, line);
    }

    private Expression ParseUnary(bool withFilters)
    {
        int line = reader.Current.Line;
        Expression node;
        if (reader.Current.Is("-") || reader.Current.Is("+"))
        {
            reader.Enter();
            bool negative = reader.Take().Text == "-";
            node = new SignExpression(negative, ParseUnary(withFilters: false), line);
            reader.Leave();
        }
        else
        {
            node = ParsePrimary(allowNamespace: false);
        }

        node = ParsePostfix(node);
        return withFilters ? ParseFiltersAndTests(node) : node;
    }

    private Expression ParsePostfix(Expression node)
    {
        // Each turn nests the expression one level deeper; the evaluator goes down them.
        for (int count = 1; ; count++)
        {
            if (reader.Current.Is("."))
            {
                node = ParseAttribute(node);
            }
            else if (reader.Current.Is("["))
            {
                node = ParseSubscript(node);
            }
            else if (reader.Current.Is("("))
            {
                int line = reader.Current.Line;
                node = new CallExpression(node, ParseArguments(), line);
            }
            else
            {
                return node;
            }

            TokenReader.CheckWidth(count * (TemplateLimits.ParseWidth / TemplateLimits.ParseDepth));
        }
    }

    private Expression ParseFiltersAndTests(Expression node)
    {
        for (int count = 1; ; count++)
        {
            if (reader.Current.Is("|"))
            {
                node = ParseFilters(node)!;
            }
            else if (reader.Current.IsName("is"))
            {
                node = ParseTest(node);
            }
            else if (reader.Current.Is("("))
            {
                int line = reader.Current.Line;
                node = new CallExpression(node, ParseArguments(), line);
            }
            else
            {
                return node;
            }

            TokenReader.CheckWidth(count * (TemplateLimits.ParseWidth / TemplateLimits.ParseDepth));
        }
    }

    private Expression ParseAttribute(Expression node)
    {
        int line = reader.Take().Line;
        TemplateToken token = reader.Current;
        if (token.Kind is not (TokenKind.Name or TokenKind.Integer))
        {
            throw reader.Unexpected("a name or a number");
        }

        reader.Take();
        return token.Kind == TokenKind.Name
            ? new AttributeExpression(node, new StringValue(token.Text), line)
            : new ItemExpression(node, new ConstantExpression(ParseInteger(token.Text), line), line);
    }

    private Expression ParseSubscript(Expression node)
    {
        int line = reader.Take().Line;
        Expression? start = reader.Current.Is(":") ? null : ParseTuple(() => Parse(), explicitParentheses: false, endName: null);
        if (!reader.TrySkip(":"))
        {
            reader.Expect("]");
            return new ItemExpression(node, start!, line);
        }

        Expression? stop = IsSliceEnd() || reader.Current.Is(":") ? null : Parse();
        Expression? step = null;
        if (reader.TrySkip(":"))
        {
            step = IsSliceEnd() ? null : Parse();
        }

        reader.Expect("]");
        return new SliceExpression(node, start, stop, step, line);
    }

    private bool IsSliceEnd() => reader.Current.Is("]") || reader.Current.Is(",");

    private Expression ParseTest(Expression node)
    {
        int line = reader.Take().Line;
        bool negated = reader.TrySkipName("not");
        string name = ParseDottedName();
        ArgumentList arguments = ArgumentList.Empty;
        TemplateToken token = reader.Current;
        if (token.Is("("))
        {
            arguments = ParseArguments();
        }
        else if ((token.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float || token.Is("[") || token.Is("{"))
            && !token.IsName("else") && !token.IsName("or") && !token.IsName("and"))
        {
            if (token.IsName("is"))
            {
                throw new TemplateFaultException("You cannot chain multiple tests with is");
            }

            arguments = new ArgumentList([ParsePostfix(ParsePrimary(allowNamespace: false))], [], null, null);
        }

        var test = new TestExpression(node, name, arguments, line);
        return negated ? new NotExpression(test, line) : test;
    }

    private string ParseDottedName()
    {
        string name = reader.ExpectName();
        while (reader.TrySkip("."))
        {
            name += "." + reader.ExpectName();
        }

        return name;
    }

    private ArgumentList ParseArguments()
    {
        reader.Expect("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? rest = null, namedRest = null;
        bool needsComma = false;
        while (!reader.Current.Is(")"))
        {
            if (needsComma)
            {
                reader.Expect(",");
                if (reader.Current.Is(")"))
                {
                    break;
                }
            }

            needsComma = true;
            TokenReader.CheckWidth(positional.Count + named.Count);
            if (rest is null && namedRest is null && reader.TrySkip("*"))
            {
                rest = Parse();
            }
            else if (namedRest is null && reader.TrySkip("**"))
            {
                namedRest = Parse();
            }
            else if (namedRest is null && reader.Current.Kind == TokenKind.Name && reader.Next.Is("="))
            {
                string name = reader.Take().Text;
                reader.Take();
                named.Add((name, Parse()));
            }
            else if (rest is null && namedRest is null && named.Count == 0)
            {
                positional.Add(Parse());
            }
            else
            {
                throw new TemplateFaultException("invalid syntax for function call expression");
            }
        }

        reader.Expect(")");
        return new ArgumentList(positional, named, rest, namedRest);
    }

    private Expression ParsePrimary(bool allowNamespace)
    {
        TemplateToken token = reader.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                reader.Take();
                return ParseName(token, allowNamespace);

            case TokenKind.String:
                string text = "";
                while (reader.Current.Kind == TokenKind.String)
                {
                    text += reader.Take().Text;
                }

                return new ConstantExpression(new StringValue(text), token.Line);

            case TokenKind.Integer:
                return new ConstantExpression(ParseInteger(reader.Take().Text), token.Line);

            case TokenKind.Float:
                return new ConstantExpression(new FloatValue(double.Parse(reader.Take().Text, CultureInfo.InvariantCulture)), token.Line);

            case TokenKind.Operator when token.Text == "(":
                reader.Enter();
                reader.Take();
                Expression inner = ParseTuple(explicitParentheses: true);
                reader.Expect(")");
                reader.Leave();
                return inner;

            case TokenKind.Operator when token.Text == "[":
                return new ListExpression(ParseItems("[", "]", () => Parse()), token.Line);

            case TokenKind.Operator when token.Text == "{":
                return new DictExpression(ParseItems("{", "}", ParseEntry), token.Line);

            default:
                throw new TemplateFaultException($"unexpected '{token.Describe()}'");
        }
    }

    private Expression ParseName(TemplateToken token, bool allowNamespace)
    {
        if (token.Text is "true" or "True" or "false" or "False")
        {
            return new ConstantExpression(BooleanValue.From(token.Text is "true" or "True"), token.Line);
        }

        if (token.Text is "none" or "None")
        {
            return new ConstantExpression(NoneValue.Instance, token.Line);
        }

        if (allowNamespace && reader.TrySkip("."))
        {
            return new NamespaceTarget(token.Text, reader.ExpectName(), token.Line);
        }

        NameRead(token.Text);
        return new NameExpression(token.Text, token.Line);
    }

    private (Expression Key, Expression Value) ParseEntry()
    {
        Expression key = Parse();
        reader.Expect(":");
        return (key, Parse());
    }

    private List<T> ParseItems<T>(string open, string close, Func<T> parse)
    {
        reader.Enter();
        reader.Expect(open);
        var items = new List<T>();
        while (!reader.Current.Is(close))
        {
            if (items.Count > 0)
            {
                reader.Expect(",");
                TokenReader.CheckWidth(items.Count);
                if (reader.Current.Is(close))
                {
                    break;
                }
            }

            items.Add(parse());
        }

        reader.Expect(close);
        reader.Leave();
        return items;
    }

    private static IntegerValue ParseInteger(string text)
    {
        int radix = text.Length < 2 ? 10 : char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        try
        {
            Int128 value = 0;
            foreach (char digit in radix == 10 ? text : text[2..])
            {
                int number = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiHexDigit(digit) ? (digit & 0x1f) + 9 : radix;
                if (number >= radix)
                {
                    throw new TemplateFaultException($"'{text}' is no number");
                }

                value = checked(value * radix + number);
            }

            return new IntegerValue(value);
        }
        catch (OverflowException)
        {
            throw new TemplateFaultException($"the number {text} is too large");
        }
    }
}
