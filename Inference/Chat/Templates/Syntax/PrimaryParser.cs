using System.Globalization;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>Reads what operators and members stand around: names, literals, brackets. One thread.</summary>
internal sealed class PrimaryParser(TokenReader reader, ExpressionParser expressions)
{
    /// <summary>A name, a literal, or what stands in brackets.</summary>
    /// <param name="allowNamespace">Whether <c>a.b</c> is a member of a namespace to assign to.</param>
    public Expression Parse(bool allowNamespace)
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
                Expression inner = expressions.ParseTuple(explicitParentheses: true);
                reader.Expect(")");
                reader.Leave();
                return inner;

            case TokenKind.Operator when token.Text == "[":
                return new ListExpression(ParseItems("[", "]", () => expressions.Parse()), token.Line);

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

        expressions.NameRead(token.Text);
        return new NameExpression(token.Text, token.Line);
    }

    private (Expression Key, Expression Value) ParseEntry()
    {
        Expression key = expressions.Parse();
        reader.Expect(":");
        return (key, expressions.Parse());
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

    /// <summary>An integer as Python writes it.</summary>
    public static IntegerValue ParseInteger(string text)
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
