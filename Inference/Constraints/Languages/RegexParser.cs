using System.Globalization;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.Languages;

/// <summary>
/// Reads regular expressions of ECMAScript (with the u flag's escapes) as far as they are regular: classes, groups, alternation,
/// repetition, anchors. Lookaround, back references and word boundaries are refused by name. Stateless; request threads.
/// Source: ECMA-262, section 22.2.1; JSON Schema 2020-12, section 6.4.
/// </summary>
internal sealed class RegexParser
{
    private readonly string _source;
    private readonly ConstraintLimits _limits;
    private int _at;
    private int _depth;
    private string? _problem;

    private RegexParser(string source, ConstraintLimits limits)
    {
        _source = source;
        _limits = limits;
    }

    private bool IsAtEnd => _at >= _source.Length || _problem is not null;

    private char Current => _source[_at];

    /// <summary>
    /// Reads a regular expression.
    /// </summary>
    /// <param name="source">Its text, without slashes or flags.</param>
    /// <param name="mode">What it must match.</param>
    /// <param name="limits">Longest source, deepest nesting; null means the usual ones.</param>
    public static PatternResult Parse(string source, RegexMode mode, ConstraintLimits? limits = null)
    {
        limits ??= new ConstraintLimits();
        if (source.Length > limits.MaxRegexLength)
        {
            return new PatternResult(null, $"The regular expression has {source.Length:N0} characters; at most {limits.MaxRegexLength:N0} are allowed.");
        }

        var parser = new RegexParser(source, limits);
        AnchoredPattern pattern = parser.Alternatives();
        if (parser._problem is null && parser._at < source.Length)
        {
            parser.Fail("a ')' without its '('");
        }

        return parser._problem is null ? new PatternResult(pattern.ToPattern(mode), null) : new PatternResult(null, parser._problem);
    }

    private AnchoredPattern Alternatives()
    {
        var alternatives = new List<AnchoredPattern> { Sequence() };
        while (!IsAtEnd && Current == '|')
        {
            _at++;
            alternatives.Add(Sequence());
        }

        return alternatives.Count == 1 ? alternatives[0] : AnchoredPattern.AnyOf(alternatives);
    }

    private AnchoredPattern Sequence()
    {
        var parts = new List<AnchoredPattern>();
        while (!IsAtEnd && Current is not ('|' or ')'))
        {
            parts.Add(Quantified(Atom()));
        }

        return AnchoredPattern.Sequence(parts);
    }

    private AnchoredPattern Atom()
    {
        char current = _source[_at];
        switch (current)
        {
            case '^':
                _at++;
                return AnchoredPattern.Start;
            case '$':
                _at++;
                return AnchoredPattern.End;
            case '.':
                _at++;
                return AnchoredPattern.Of(Pattern.Chars(UnicodeSets.Dot));
            case '(':
                return Group();
            case '[':
                _at++;
                return AnchoredPattern.Of(Pattern.Chars(Class()));
            case '\\':
                return Escape();
            case '*' or '+' or '?':
                Fail($"a '{current}' with nothing to repeat");
                return AnchoredPattern.Of(Pattern.Never);
            default:
                return AnchoredPattern.Of(Pattern.Chars(CodePointSet.Of(Point())));
        }
    }

    private AnchoredPattern Group()
    {
        if (++_depth > _limits.MaxNesting)
        {
            Fail($"groups nested more than {_limits.MaxNesting} levels deep, which is the limit,");
            return AnchoredPattern.Of(Pattern.Never);
        }

        int start = _at++;
        if (!IsAtEnd && Current == '?')
        {
            GroupKind();
        }

        AnchoredPattern content = IsAtEnd ? AnchoredPattern.Of(Pattern.Empty) : Alternatives();
        if (_problem is null && (_at >= _source.Length || _source[_at] != ')'))
        {
            _at = start;
            Fail("a '(' without its ')'");
        }

        _at++;
        _depth--;
        return content;
    }

    private void GroupKind()
    {
        string rest = _source[_at..Math.Min(_source.Length, _at + 3)];
        if (rest.StartsWith("?:", StringComparison.Ordinal))
        {
            _at += 2;
        }
        else if (rest.StartsWith("?=", StringComparison.Ordinal) || rest.StartsWith("?!", StringComparison.Ordinal))
        {
            Fail("a lookahead, which is not supported,");
        }
        else if (rest.StartsWith("?<=", StringComparison.Ordinal) || rest.StartsWith("?<!", StringComparison.Ordinal))
        {
            Fail("a lookbehind, which is not supported,");
        }
        else if (rest.StartsWith("?<", StringComparison.Ordinal) && _source.IndexOf('>', _at) is var end and > 0)
        {
            _at = end + 1;
        }
        else
        {
            Fail("a group with flags, which is not supported,");
        }
    }

    private AnchoredPattern Quantified(AnchoredPattern atom)
    {
        int start = _at;
        if (IsAtEnd || Bounds() is not { } bounds)
        {
            return atom;
        }

        (int min, int? max) = bounds;
        if (max < min)
        {
            _at = start;
            Fail("bounds of repetition in the wrong order");
        }

        // Greedy or lazy makes no difference to which texts match.
        if (!IsAtEnd && Current == '?')
        {
            _at++;
        }

        if (atom.IsFree)
        {
            return AnchoredPattern.Of(Pattern.Repeat(atom.Free, min, max));
        }

        if (min > 1 || max != 1)
        {
            _at = start;
            Fail("the repetition of an anchor, which is not supported,");
        }

        return min == 1 ? atom : AnchoredPattern.AnyOf([AnchoredPattern.Of(Pattern.Empty), atom]);
    }

    private (int Min, int? Max)? Bounds()
    {
        switch (Current)
        {
            case '*':
                _at++;
                return (0, null);
            case '+':
                _at++;
                return (1, null);
            case '?':
                _at++;
                return (0, 1);
            case '{':
                return CountedBounds();
            default:
                return null;
        }
    }

    /// <summary>Bounds in braces; braces with anything else are text.</summary>
    private (int Min, int? Max)? CountedBounds()
    {
        int end = _source.IndexOf('}', _at);
        if (end < 0)
        {
            return null;
        }

        string[] numbers = _source[(_at + 1)..end].Split(',');
        if (numbers.Length > 2 || numbers[0].Length == 0 || !numbers.All(number => number.All(char.IsAsciiDigit)))
        {
            return null;
        }

        int? min = Number(numbers[0]);
        int? max = numbers.Length == 1 ? min : numbers[1].Length == 0 ? null : Number(numbers[1]);
        if (_problem is not null)
        {
            return null;
        }

        _at = end + 1;
        return (min!.Value, max);
    }

    private int? Number(string digits)
    {
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }

        Fail($"a bound of repetition above {int.MaxValue}");
        return null;
    }

    private AnchoredPattern Escape()
    {
        char kind = _at + 1 < _source.Length ? _source[_at + 1] : '\0';
        if (kind is 'b' or 'B')
        {
            Fail($"a word boundary \\{kind}, which is not supported,");
        }
        else if (kind is (>= '1' and <= '9') or 'k')
        {
            Fail("a back reference, which is not supported,");
        }

        return _problem is null ? AnchoredPattern.Of(Pattern.Chars(EscapedSet())) : AnchoredPattern.Of(Pattern.Never);
    }

    /// <summary>What stands behind the opening bracket of a class, up to and with the closing one.</summary>
    private CodePointSet Class()
    {
        int start = _at - 1;
        bool isNegated = !IsAtEnd && Current == '^';
        _at += isNegated ? 1 : 0;
        CodePointSet set = CodePointSet.None;
        var ranges = new List<(int, int)>();
        while (!IsAtEnd && Current != ']')
        {
            if (ClassMember() is { } member)
            {
                set = set.Union(member);
                continue;
            }

            int first = ClassPoint();
            int last = first;
            bool isRange = _at + 1 < _source.Length && Current == '-' && _source[_at + 1] != ']';
            if (isRange)
            {
                int dash = _at++;
                if (ClassMember() is { } other)
                {
                    // A class at the end of a range: the dash is itself.
                    set = set.Union(other).Union(CodePointSet.Of('-'));
                }
                else
                {
                    last = ClassPoint();
                }

                if (last < first && _problem is null)
                {
                    _at = dash;
                    Fail("a range of characters in the wrong order");
                }
            }

            ranges.Add((first, last));
        }

        if (_problem is null && IsAtEnd)
        {
            _at = start;
            Fail("a '[' without its ']'");
        }

        _at++;
        set = set.Union(CodePointSet.Of([.. ranges]));
        return isNegated ? set.Complement() : set;
    }

    /// <summary>A set by its escape; null when a single character comes.</summary>
    private CodePointSet? ClassMember()
    {
        bool isSet = !IsAtEnd && Current == '\\' && _at + 1 < _source.Length && _source[_at + 1] is 'd' or 'D' or 'w' or 'W' or 's' or 'S' or 'p' or 'P';
        return isSet && Current == '\\' ? EscapedSet() : null;
    }

    private int ClassPoint()
    {
        if (IsAtEnd)
        {
            return 0;
        }

        if (Current != '\\')
        {
            return Point();
        }

        if (_at + 1 < _source.Length && _source[_at + 1] is 'b' or '-')
        {
            _at += 2;
            return _source[_at - 1] == 'b' ? '\b' : '-';
        }

        return EscapedSet() is { IsEmpty: false } set ? set.Ranges[0].First : 0;
    }

    private CodePointSet EscapedSet()
    {
        int start = _at++;
        if (_at >= _source.Length)
        {
            _at = start;
            Fail("a '\\' at the end");
            return CodePointSet.None;
        }

        char kind = _source[_at++];
        switch (kind)
        {
            case 'd':
                return UnicodeSets.Digits;
            case 'D':
                return UnicodeSets.Digits.Complement();
            case 'w':
                return UnicodeSets.Word;
            case 'W':
                return UnicodeSets.Word.Complement();
            case 's':
                return UnicodeSets.Space;
            case 'S':
                return UnicodeSets.Space.Complement();
            case 'p' or 'P':
                return Category(start, kind == 'P');
            default:
                _at = start;
                return RegexEscapes.TryRead(_source, ref _at, out int point) ? CodePointSet.Of(point) : Unknown(kind);
        }
    }

    private CodePointSet Unknown(char kind)
    {
        Fail($"an unknown escape \\{kind}");
        return CodePointSet.None;
    }

    private CodePointSet Category(int start, bool isNegated)
    {
        int end = _source.IndexOf('}', _at);
        bool isNamed = end > 0 && Current == '{';
        string name = isNamed ? _source[(_at + 1)..end] : "";
        if (!isNamed || UnicodeSets.Category(name) is not { } set)
        {
            _at = start;
            Fail($"a property of characters that is not supported ('{name}'; general categories are)");
            return CodePointSet.None;
        }

        _at = end + 1;
        return isNegated ? set.Complement() : set;
    }

    private int Point()
    {
        int point = char.IsSurrogatePair(_source, _at) ? char.ConvertToUtf32(_source, _at) : _source[_at];
        _at += point > 0xFFFF ? 2 : 1;
        return point;
    }

    private void Fail(string what) => _problem ??= $"The regular expression has {what} at character {Math.Min(_at, _source.Length) + 1}.";
}
