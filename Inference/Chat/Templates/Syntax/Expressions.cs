using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>An expression of a template. Immutable.</summary>
/// <param name="Line">Line of the source, from 1.</param>
internal abstract record Expression(int Line);

/// <summary>A literal.</summary>
internal sealed record ConstantExpression(TemplateValue Value, int Line) : Expression(Line);

/// <summary>A variable.</summary>
internal sealed record NameExpression(string Name, int Line) : Expression(Line);

/// <summary>What <c>set ns.x</c> assigns to.</summary>
internal sealed record NamespaceTarget(string Name, string Member, int Line) : Expression(Line);

/// <summary><c>(a, b)</c></summary>
internal sealed record TupleExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary><c>[a, b]</c></summary>
internal sealed record ListExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary><c>{a: b}</c></summary>
internal sealed record DictExpression(IReadOnlyList<(Expression Key, Expression Value)> Entries, int Line) : Expression(Line);

/// <summary><c>a.b</c></summary>
internal sealed record AttributeExpression(Expression Target, StringValue Name, int Line) : Expression(Line);

/// <summary><c>a[b]</c></summary>
internal sealed record ItemExpression(Expression Target, Expression Index, int Line) : Expression(Line);

/// <summary><c>a[b:c:d]</c></summary>
internal sealed record SliceExpression(Expression Target, Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

/// <summary>The arguments of a call, a filter or a test.</summary>
/// <param name="Positional">By position.</param>
/// <param name="Named">By name.</param>
/// <param name="Rest">After <c>*</c>.</param>
/// <param name="NamedRest">After <c>**</c>.</param>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Rest, Expression? NamedRest)
{
    /// <summary>No arguments.</summary>
    public static readonly ArgumentList Empty = new([], [], null, null);
}

/// <summary><c>a(…)</c></summary>
internal sealed record CallExpression(Expression Target, ArgumentList Arguments, int Line) : Expression(Line);

/// <summary><c>a | name(…)</c>; the target is null where a block's text is filtered.</summary>
internal sealed record FilterExpression(Expression? Target, string Name, ArgumentList Arguments, int Line) : Expression(Line);

/// <summary><c>a is name …</c></summary>
internal sealed record TestExpression(Expression Target, string Name, ArgumentList Arguments, int Line) : Expression(Line);

/// <summary><c>-a</c>, <c>+a</c></summary>
internal sealed record SignExpression(bool Negative, Expression Operand, int Line) : Expression(Line);

/// <summary><c>not a</c></summary>
internal sealed record NotExpression(Expression Operand, int Line) : Expression(Line);

/// <summary>Operators of one rank in a row, from left to right: a list, so that a long sum needs no deep stack.</summary>
internal sealed record ArithmeticExpression(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, int Line) : Expression(Line);

/// <summary><c>a ~ b ~ …</c></summary>
internal sealed record ConcatExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary><c>a &lt; b &lt;= …</c></summary>
internal sealed record CompareExpression(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, int Line) : Expression(Line);

/// <summary><c>a or b …</c>, <c>a and b …</c></summary>
internal sealed record LogicExpression(bool IsOr, IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary><c>a if b else c</c></summary>
internal sealed record ConditionalExpression(Expression Condition, Expression Then, Expression? Else, int Line) : Expression(Line);
