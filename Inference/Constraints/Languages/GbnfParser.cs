using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>
/// Reads grammars in llama.cpp's dialect, GBNF: rules, alternatives, literals, classes, groups, repetition, comments, and tokens by
/// id or text. Belongs to one request thread and one grammar.
/// Source: the dialect's description in llama.cpp, grammars/README.md, and what its parser accepts.
/// </summary>
internal sealed class GbnfParser
{
    private readonly GbnfCursor _cursor;
    private readonly ConstraintLimits _limits;
    private readonly Func<string, int?> _findToken;
    private readonly Dictionary<string, GrammarRule> _rules = [];
    private readonly Dictionary<string, int> _firstUses = [];
    private int _depth;

    private GbnfParser(string source, ConstraintLimits limits, Func<string, int?> findToken)
    {
        _cursor = new GbnfCursor(source);
        _limits = limits;
        _findToken = findToken;
    }

    /// <summary>
    /// Reads a grammar.
    /// </summary>
    /// <param name="source">Its text.</param>
    /// <param name="limits">Longest source, deepest nesting, most rules.</param>
    /// <param name="findToken">Finds the token whose text is given; null when there is none.</param>
    public static GrammarTextResult Parse(string source, ConstraintLimits limits, Func<string, int?> findToken)
    {
        if (source.Length > limits.MaxGrammarLength)
        {
            return new GrammarTextResult(null, $"The grammar has {source.Length:N0} characters; at most {limits.MaxGrammarLength:N0} are allowed.");
        }

        var parser = new GbnfParser(source, limits, findToken);
        parser.Rules();
        parser.CheckUses();
        if (parser._cursor.Problem is { } problem)
        {
            return new GrammarTextResult(null, problem);
        }

        return parser._rules.TryGetValue("root", out GrammarRule? root)
            ? new GrammarTextResult(root, null)
            : new GrammarTextResult(null, "The grammar has no rule named 'root', with which each text begins.");
    }

    private void Rules()
    {
        _cursor.SkipSpace(newLines: true);
        while (!_cursor.IsAtEnd)
        {
            int start = _cursor.At;
            string name = _cursor.Name();
            if (name.Length == 0)
            {
                _cursor.Fail("the name of a rule is expected");
                return;
            }

            GrammarRule rule = Rule(name, start);
            if (rule.Body is not null)
            {
                _cursor.At = start;
                _cursor.Fail($"the rule '{name}' is defined twice");
                return;
            }

            _cursor.SkipSpace(newLines: false);
            if (!_cursor.Skip("::="))
            {
                _cursor.Fail("'::=' is expected");
                return;
            }

            _cursor.SkipSpace(newLines: true);
            rule.Body = Alternatives(isNested: false);
            if (!_cursor.IsAtEnd && _cursor.Current is not ('\r' or '\n'))
            {
                _cursor.Fail("a new line or the end is expected");
            }

            _cursor.SkipSpace(newLines: true);
        }
    }

    private GrammarRule Rule(string name, int use)
    {
        if (!_rules.TryGetValue(name, out GrammarRule? rule))
        {
            rule = new GrammarRule(name);
            _rules.Add(name, rule);
            _firstUses.Add(name, use);
            if (_rules.Count > _limits.MaxRules)
            {
                _cursor.Fail($"more than {_limits.MaxRules:N0} rules, which is the limit");
            }
        }

        return rule;
    }

    private void CheckUses()
    {
        foreach ((string name, GrammarRule rule) in _rules)
        {
            if (rule.Body is null && _cursor.Problem is null)
            {
                _cursor.At = _firstUses[name];
                _cursor.Fail($"the rule '{name}' is used but not defined");
            }
        }
    }

    private GrammarNode Alternatives(bool isNested)
    {
        var alternatives = new List<GrammarNode> { Sequence(isNested) };
        while (SeesAlternative(isNested))
        {
            _cursor.Skip("|");
            _cursor.SkipSpace(newLines: true);
            alternatives.Add(Sequence(isNested));
        }

        return GrammarNode.AnyOf(alternatives);
    }

    /// <summary>Whether '|' comes, also at the start of the next line.</summary>
    private bool SeesAlternative(bool isNested)
    {
        int start = _cursor.At;
        _cursor.SkipSpace(newLines: true);
        if (_cursor.Current == '|')
        {
            return true;
        }

        if (!isNested)
        {
            _cursor.At = start;
        }

        return false;
    }

    private GrammarNode Sequence(bool isNested)
    {
        var parts = new List<GrammarNode>();
        while (!_cursor.IsAtEnd)
        {
            int start = _cursor.At;
            if (Part(start) is not { } part)
            {
                break;
            }

            _cursor.SkipSpace(isNested);
            while (Bounds(isNested) is { } bounds)
            {
                part = GrammarNode.Repeat(part, bounds.Min, bounds.Max);
                if (part.Depth > 2 * _limits.MaxNesting)
                {
                    _cursor.Fail("too many repetitions of repetitions");
                }

                _cursor.SkipSpace(isNested);
            }

            parts.Add(part);
        }

        return GrammarNode.Sequence(parts);
    }

    private GrammarNode? Part(int start)
    {
        switch (_cursor.Current)
        {
            case '"':
                return Literal();
            case '[':
                return Class();
            case '(':
                return Group();
            case '.':
                _cursor.At++;
                return GrammarNode.Text(Pattern.AnyChar);
            case '<':
                return Token();
            case '!':
                _cursor.Fail("negated tokens are not supported");
                return null;
            default:
                string name = _cursor.Name();
                return name.Length == 0 ? null : GrammarNode.Rule(Rule(name, start));
        }
    }

    private GrammarNode Literal()
    {
        int start = _cursor.At++;
        var text = new System.Text.StringBuilder();
        while (!_cursor.IsAtEnd && _cursor.Current is not ('"' or '\n'))
        {
            int point = _cursor.Point();
            if (point is >= 0xD800 and <= 0xDFFF)
            {
                _cursor.Fail("half of a surrogate pair is no character");
                break;
            }

            text.Append(char.ConvertFromUtf32(point));
        }

        if (!_cursor.Skip("\""))
        {
            _cursor.At = start;
            _cursor.Fail("a literal without its closing quote");
        }

        return GrammarNode.Literal(text.ToString());
    }

    private GrammarNode Class()
    {
        int start = _cursor.At++;
        bool isNegated = _cursor.Skip("^");
        var ranges = new List<(int, int)>();
        while (!_cursor.IsAtEnd && _cursor.Current != ']')
        {
            int at = _cursor.At;
            int first = _cursor.Point();
            int last = first;
            if (_cursor.Current == '-' && !_cursor.Sees("-]"))
            {
                _cursor.At++;
                last = _cursor.Point();
            }

            if (last < first)
            {
                _cursor.At = at;
                _cursor.Fail("a range of characters in the wrong order");
            }

            ranges.Add((first, last));
        }

        if (!_cursor.Skip("]"))
        {
            _cursor.At = start;
            _cursor.Fail("a class of characters without its ']'");
        }

        var set = CodePointSet.Of([.. ranges]);
        return GrammarNode.Text(Pattern.Chars(isNegated ? set.Complement() : set));
    }

    private GrammarNode? Group()
    {
        if (++_depth > _limits.MaxNesting)
        {
            _cursor.Fail($"groups nested more than {_limits.MaxNesting} levels deep, which is the limit");
            return null;
        }

        int start = _cursor.At++;
        _cursor.SkipSpace(newLines: true);
        GrammarNode content = Alternatives(isNested: true);
        if (!_cursor.Skip(")"))
        {
            _cursor.At = _cursor.IsAtEnd ? start : _cursor.At;
            _cursor.Fail("a group without its ')'");
        }

        _depth--;
        return content;
    }

    /// <summary>A token by id, &lt;[123]&gt;, or by its text, &lt;think&gt;.</summary>
    private GrammarNode? Token()
    {
        int start = _cursor.At;
        int end = _cursor.Find(">");
        if (end < 0)
        {
            _cursor.Fail("a token without its '>'");
            return null;
        }

        if (_cursor.Skip("<["))
        {
            int? id = _cursor.Number();
            if (!_cursor.Skip("]>"))
            {
                _cursor.Fail("']>' is expected");
            }

            return id is { } token ? GrammarNode.Tokens(token) : null;
        }

        string text = _cursor.Slice(start, end + 1);
        if (_findToken(text) is not { } found)
        {
            _cursor.Fail("the model has no token with this text");
            return null;
        }

        _cursor.At = end + 1;
        return GrammarNode.Tokens(found);
    }

    private (int Min, int? Max)? Bounds(bool isNested)
    {
        switch (_cursor.Current)
        {
            case '*':
                _cursor.At++;
                return (0, null);
            case '+':
                _cursor.At++;
                return (1, null);
            case '?':
                _cursor.At++;
                return (0, 1);
            case '{':
                return CountedBounds(isNested);
            default:
                return null;
        }
    }

    private (int Min, int? Max)? CountedBounds(bool isNested)
    {
        int start = _cursor.At++;
        _cursor.SkipSpace(isNested);
        int min = _cursor.Current == ',' ? 0 : _cursor.Number() ?? 0;
        int? max = min;
        _cursor.SkipSpace(isNested);
        if (_cursor.Skip(","))
        {
            _cursor.SkipSpace(isNested);
            max = _cursor.Current == '}' ? null : _cursor.Number();
            _cursor.SkipSpace(isNested);
        }

        if (!_cursor.Skip("}"))
        {
            _cursor.Fail("'}' is expected");
            return null;
        }

        if (max < min)
        {
            _cursor.At = start;
            _cursor.Fail("bounds of repetition in the wrong order");
        }

        return (min, max);
    }
}
