namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>
/// Reads a template: statements of jinja2 that chat templates use, with the loop controls and generation blocks of the
/// transformers library. Templates made of several files (include, import, extends, block) are refused. Source: jinja2 3.1, parser.
/// </summary>
internal sealed class TemplateParser
{
    private readonly TokenReader _reader;
    private readonly ExpressionParser _expressions;
    private readonly Stack<HashSet<string>> _macroNames = new();
    private int _loopDepth;

    private TemplateParser(List<TemplateToken> tokens)
    {
        _reader = new TokenReader(tokens);
        _expressions = new ExpressionParser(_reader) { NameRead = OnNameRead };
    }

    /// <summary>The statements, or what is wrong with the source.</summary>
    public static (IReadOnlyList<Statement>? Body, TemplateProblem? Problem) Parse(string source)
    {
        int line = 1;
        TemplateParser? parser = null;
        try
        {
            parser = new TemplateParser(TemplateLexer.Read(source, out line));
            return (parser.ParseBody(), null);
        }
        catch (TemplateFaultException fault)
        {
            return (null, new TemplateProblem(parser?._reader.Current.Line ?? line, fault.Message));
        }
    }

    private List<Statement> ParseBody(params ReadOnlySpan<string> endNames)
    {
        var body = new List<Statement>();
        while (true)
        {
            TemplateToken token = _reader.Current;
            switch (token.Kind)
            {
                case TokenKind.End:
                    return endNames.Length == 0
                        ? body
                        : throw new TemplateFaultException($"Unexpected end of template. The innermost block that needs to be closed is missing its '{endNames[^1]}'");

                case TokenKind.Data:
                    body.Add(new DataStatement(_reader.Take().Text, token.Line));
                    break;

                case TokenKind.OutputBegin:
                    _reader.Take();
                    body.Add(new OutputStatement(_expressions.ParseTuple(), token.Line));
                    _reader.Expect(TokenKind.OutputEnd);
                    break;

                default:
                    _reader.Take();
                    if (_reader.Current.Kind == TokenKind.Name && endNames.Contains(_reader.Current.Text))
                    {
                        return body;
                    }

                    _reader.Enter();
                    body.Add(ParseStatement());
                    _reader.Leave();
                    _reader.Expect(TokenKind.BlockEnd);
                    break;
            }
        }
    }

    private Statement ParseStatement()
    {
        int line = _reader.Current.Line;
        string tag = _reader.ExpectName();
        return tag switch
        {
            "if" => ParseIf(line),
            "for" => ParseFor(line),
            "set" => ParseSet(line),
            "macro" => ParseMacro(line),
            "call" => ParseCallBlock(line),
            "filter" => new FilterBlockStatement(_expressions.ParseFilters(null, startInline: true)!, ParseUntilOnly("endfilter"), line),
            "with" => ParseWith(line),
            "generation" => new WithStatement([], ParseUntilOnly("endgeneration"), line),
            "break" => _loopDepth > 0 ? new BreakStatement(line) : throw new TemplateFaultException("'break' outside loop"),
            "continue" => _loopDepth > 0 ? new ContinueStatement(line) : throw new TemplateFaultException("'continue' outside loop"),
            "include" or "import" or "from" or "extends" or "block" or "autoescape" => throw new TemplateFaultException($"the tag '{tag}' is not supported: a chat template is one text"),
            _ => throw new TemplateFaultException($"Encountered unknown tag '{tag}'"),
        };
    }

    /// <summary>A body up to its end tag, whose name is taken.</summary>
    private List<Statement> ParseUntil(params ReadOnlySpan<string> endNames)
    {
        _reader.TrySkip(":");
        _reader.Expect(TokenKind.BlockEnd);
        return ParseBody(endNames);
    }

    private List<Statement> ParseUntilOnly(string endName)
    {
        List<Statement> body = ParseUntil(endName);
        _reader.Take();
        return body;
    }

    private IfStatement ParseIf(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        List<Statement> otherwise = [];
        while (true)
        {
            Expression condition = _expressions.ParseTuple(allowConditional: false);
            branches.Add((condition, ParseUntil("elif", "else", "endif")));
            string end = _reader.Take().Text;
            if (end == "elif")
            {
                continue;
            }

            if (end == "else")
            {
                otherwise = ParseUntilOnly("endif");
            }

            return new IfStatement(branches, otherwise, line);
        }
    }

    private ForStatement ParseFor(int line)
    {
        Expression target = _expressions.ParseTarget(endName: "in");
        if (!_reader.TrySkipName("in"))
        {
            throw _reader.Unexpected("'in'");
        }

        Expression items = _expressions.ParseTuple(allowConditional: false, endName: "recursive");
        Expression? condition = _reader.TrySkipName("if") ? _expressions.Parse() : null;
        bool recursive = _reader.TrySkipName("recursive");
        _loopDepth++;
        List<Statement> body = ParseUntil("endfor", "else");
        _loopDepth--;
        List<Statement> otherwise = _reader.Take().Text == "else" ? ParseUntilOnly("endfor") : [];
        return new ForStatement(target, items, condition, recursive, body, otherwise, line);
    }

    private Statement ParseSet(int line)
    {
        Expression target = _expressions.ParseTarget(allowNamespace: true);
        if (_reader.TrySkip("="))
        {
            return new SetStatement(target, _expressions.ParseTuple(), line);
        }

        Expression? filter = _expressions.ParseFilters(null);
        return new SetBlockStatement(target, filter, ParseUntilOnly("endset"), line);
    }

    private WithStatement ParseWith(int line)
    {
        var assignments = new List<(Expression, Expression)>();
        while (_reader.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
            {
                _reader.Expect(",");
            }

            Expression target = _expressions.ParseTarget();
            _reader.Expect("=");
            assignments.Add((target, _expressions.Parse()));
        }

        return new WithStatement(assignments, ParseUntilOnly("endwith"), line);
    }

    private MacroStatement ParseMacro(int line)
    {
        string name = _reader.ExpectName();
        return new MacroStatement(ParseMacroBody(name, ParseParameters(), "endmacro"), line);
    }

    private CallBlockStatement ParseCallBlock(int line)
    {
        List<(string, Expression?)> parameters = _reader.Current.Is("(") ? ParseParameters() : [];
        if (_expressions.Parse() is not CallExpression call)
        {
            throw new TemplateFaultException("expected call");
        }

        return new CallBlockStatement(call, ParseMacroBody(null, parameters, "endcall"), line);
    }

    private MacroDefinition ParseMacroBody(string? name, List<(string Name, Expression? Default)> parameters, string endName)
    {
        int loopDepth = _loopDepth;
        _loopDepth = 0;
        _macroNames.Push(new HashSet<string>(StringComparer.Ordinal));
        List<Statement> body = ParseUntilOnly(endName);
        HashSet<string> names = _macroNames.Pop();
        _loopDepth = loopDepth;
        bool Uses(string special) => names.Contains(special) && !parameters.Any(parameter => parameter.Name == special);
        return new MacroDefinition(name, parameters, body, Uses("caller"), Uses("kwargs"), Uses("varargs"));
    }

    private List<(string Name, Expression? Default)> ParseParameters()
    {
        var parameters = new List<(string, Expression?)>();
        _reader.Expect("(");
        bool hasDefault = false;
        while (!_reader.Current.Is(")"))
        {
            if (parameters.Count > 0)
            {
                _reader.Expect(",");
                TokenReader.CheckWidth(parameters.Count);
            }

            string name = _reader.ExpectName();
            Expression? standard = _reader.TrySkip("=") ? _expressions.Parse() : null;
            if (hasDefault && standard is null)
            {
                throw new TemplateFaultException("non-default argument follows default argument");
            }

            hasDefault = standard is not null;
            parameters.Add((name, standard));
        }

        _reader.Expect(")");
        return parameters;
    }

    private void OnNameRead(string name)
    {
        if (name is "caller" or "kwargs" or "varargs")
        {
            foreach (HashSet<string> names in _macroNames)
            {
                names.Add(name);
            }
        }
    }
}
