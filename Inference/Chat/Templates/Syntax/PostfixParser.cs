using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>Reads what stands behind an operand: members, items, slices, calls, filters and tests. One thread.</summary>
internal sealed class PostfixParser(TokenReader reader, ExpressionParser expressions, PrimaryParser primaries)
{
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

    /// <summary>Members, items and calls behind an operand.</summary>
    public Expression Parse(Expression node)
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
                node = ParseCall(node);
            }
            else
            {
                return node;
            }

            TokenReader.CheckWidth(count * (TemplateLimits.ParseWidth / TemplateLimits.ParseDepth));
        }
    }

    /// <summary>Filters and tests behind an operand and its members.</summary>
    public Expression ParseFiltersAndTests(Expression node)
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
                node = ParseCall(node);
            }
            else
            {
                return node;
            }

            TokenReader.CheckWidth(count * (TemplateLimits.ParseWidth / TemplateLimits.ParseDepth));
        }
    }

    private CallExpression ParseCall(Expression node)
    {
        int line = reader.Current.Line;
        return new CallExpression(node, ParseArguments(), line);
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
            : new ItemExpression(node, new ConstantExpression(PrimaryParser.ParseInteger(token.Text), line), line);
    }

    private Expression ParseSubscript(Expression node)
    {
        int line = reader.Take().Line;
        Expression? start = reader.Current.Is(":") ? null : expressions.ParseTuple();
        if (!reader.TrySkip(":"))
        {
            reader.Expect("]");
            return new ItemExpression(node, start!, line);
        }

        Expression? stop = IsSliceEnd() || reader.Current.Is(":") ? null : expressions.Parse();
        Expression? step = null;
        if (reader.TrySkip(":"))
        {
            step = IsSliceEnd() ? null : expressions.Parse();
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

            arguments = new ArgumentList([Parse(primaries.Parse(allowNamespace: false))], [], null, null);
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
                rest = expressions.Parse();
            }
            else if (namedRest is null && reader.TrySkip("**"))
            {
                namedRest = expressions.Parse();
            }
            else if (namedRest is null && reader.Current.Kind == TokenKind.Name && reader.Next.Is("="))
            {
                string name = reader.Take().Text;
                reader.Take();
                named.Add((name, expressions.Parse()));
            }
            else if (rest is null && namedRest is null && named.Count == 0)
            {
                positional.Add(expressions.Parse());
            }
            else
            {
                throw new TemplateFaultException("invalid syntax for function call expression");
            }
        }

        reader.Expect(")");
        return new ArgumentList(positional, named, rest, namedRest);
    }
}
