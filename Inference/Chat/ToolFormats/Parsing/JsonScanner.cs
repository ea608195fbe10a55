namespace MistralServe.Inference.Chat.ToolFormats.Parsing;

/// <summary>
/// Finds the end of one JSON value byte by byte and holds it against RFC 8259. Nesting is limited to 64, the JSON reader's own
/// limit (security.md). White space before the value belongs to it.
/// </summary>
internal struct JsonScanner
{
    private const int MaxDepth = 64;

    private enum State : byte
    {
        Value,
        FirstElement,
        FirstKey,
        Key,
        Colon,
        AfterValue,
        String,
        Escape,
        Unicode,
        Literal,
        Minus,
        Zero,
        Integer,
        Point,
        Fraction,
        Exponent,
        ExponentSign,
        ExponentDigits,
        End,
    }

    private State _state;
    private bool _isKey;
    private int _depth;
    private ulong _objects;
    private int _left;
    private byte[]? _literal;

    /// <summary>
    /// Goes on by text.
    /// </summary>
    /// <returns>
    /// Done with the length of the value's rest; NeedMore when all of the text belongs to the value and it is not over (a number
    /// at the top is over only when something else follows); Malformed with the length up to the byte that cannot be.
    /// </returns>
    public ReadResult Read(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!Accept(text[i]))
            {
                return new ReadResult(_state == State.End ? ReadStatus.Done : ReadStatus.Malformed, i);
            }

            if (_state == State.End)
            {
                return ReadResult.Done(i + 1);
            }
        }

        return new ReadResult(ReadStatus.NeedMore, text.Length);
    }

    /// <summary>Whether a text is one JSON value, white space around it allowed.</summary>
    public static bool IsValue(ReadOnlySpan<byte> text)
    {
        var scanner = default(JsonScanner);
        ReadResult result = scanner.Read(text);
        return result.Status switch
        {
            ReadStatus.Done => TextScan.LeadingSpace(text[result.Length..]) == text.Length - result.Length,
            ReadStatus.NeedMore => scanner._depth == 0 && scanner._state is State.Zero or State.Integer or State.Fraction or State.ExponentDigits,
            _ => false,
        };
    }

    private bool Accept(byte value)
    {
        switch (_state)
        {
            case State.Value or State.FirstElement:
                return TextScan.IsSpace(value) || (_state == State.FirstElement && value == ']' ? Close() : BeginValue(value));
            case State.FirstKey or State.Key:
                if (value == '"')
                {
                    (_state, _isKey) = (State.String, true);
                    return true;
                }

                return TextScan.IsSpace(value) || (_state == State.FirstKey && value == '}' && Close());
            case State.Colon:
                return TextScan.IsSpace(value) || (value == ':' && To(State.Value));
            case State.AfterValue:
                return AcceptAfterValue(value);
            case State.String:
                return value switch
                {
                    (byte)'"' => _isKey ? To(State.Colon) : EndValue(),
                    (byte)'\\' => To(State.Escape),
                    _ => value >= 0x20,
                };
            case State.Escape:
                _left = 4;
                return value == 'u' ? To(State.Unicode) : "\"\\/bfnrt"u8.Contains(value) && To(State.String);
            case State.Unicode:
                return char.IsAsciiHexDigit((char)value) && (--_left > 0 || To(State.String));
            case State.Literal:
                return _literal![^_left] == value && (--_left > 0 || EndValue());
            default:
                return AcceptNumber(value);
        }
    }

    private bool BeginValue(byte value)
    {
        switch (value)
        {
            case (byte)'{':
                return Open(isObject: true, State.FirstKey);
            case (byte)'[':
                return Open(isObject: false, State.FirstElement);
            case (byte)'"':
                (_state, _isKey) = (State.String, false);
                return true;
            case (byte)'-':
                return To(State.Minus);
            case (byte)'0':
                return To(State.Zero);
            case >= (byte)'1' and <= (byte)'9':
                return To(State.Integer);
            case (byte)'t':
                return BeginLiteral(Literals.True);
            case (byte)'f':
                return BeginLiteral(Literals.False);
            case (byte)'n':
                return BeginLiteral(Literals.Null);
            default:
                return false;
        }
    }

    private bool AcceptNumber(byte value)
    {
        bool digit = char.IsAsciiDigit((char)value);
        switch (_state)
        {
            case State.Minus:
                return digit && To(value == '0' ? State.Zero : State.Integer);
            case State.Zero or State.Integer:
                return (digit && _state == State.Integer) || (value == '.' && To(State.Point)) || (value is (byte)'e' or (byte)'E' && To(State.Exponent)) || EndNumber(value, digit);
            case State.Point:
                return digit && To(State.Fraction);
            case State.Fraction:
                return digit || (value is (byte)'e' or (byte)'E' && To(State.Exponent)) || EndNumber(value, digit);
            case State.Exponent:
                return (digit && To(State.ExponentDigits)) || (value is (byte)'+' or (byte)'-' && To(State.ExponentSign));
            case State.ExponentSign:
                return digit && To(State.ExponentDigits);
            case State.ExponentDigits:
                return digit || EndNumber(value, digit);
            default:
                return false;
        }
    }

    // The byte behind a number belongs to what surrounds it; at the top it is not used.
    private bool EndNumber(byte value, bool digit)
    {
        if (digit)
        {
            return false;
        }

        EndValue();
        return _depth > 0 && AcceptAfterValue(value);
    }

    private bool AcceptAfterValue(byte value)
    {
        if (TextScan.IsSpace(value))
        {
            return true;
        }

        bool isObject = (_objects >> (_depth - 1) & 1) != 0;
        return value switch
        {
            (byte)',' => To(isObject ? State.Key : State.Value),
            (byte)'}' => isObject && Close(),
            (byte)']' => !isObject && Close(),
            _ => false,
        };
    }

    private bool Open(bool isObject, State next)
    {
        if (_depth == MaxDepth)
        {
            return false;
        }

        _objects = isObject ? _objects | (1UL << _depth) : _objects & ~(1UL << _depth);
        _depth++;
        return To(next);
    }

    private bool Close()
    {
        _depth--;
        return EndValue();
    }

    private bool EndValue() => To(_depth == 0 ? State.End : State.AfterValue);

    private bool BeginLiteral(byte[] literal)
    {
        (_literal, _left) = (literal, literal.Length - 1);
        return To(State.Literal);
    }

    private bool To(State state)
    {
        _state = state;
        return true;
    }

    private static class Literals
    {
        public static readonly byte[] True = "true"u8.ToArray();
        public static readonly byte[] False = "false"u8.ToArray();
        public static readonly byte[] Null = "null"u8.ToArray();
    }
}
