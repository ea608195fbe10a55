namespace MistralServe.Inference.Chat.Templates.Syntax;

/// <summary>A statement of a template. Immutable.</summary>
/// <param name="Line">Line of the source, from 1.</param>
internal abstract record Statement(int Line);

/// <summary>Text between tags.</summary>
internal sealed record DataStatement(string Text, int Line) : Statement(Line);

/// <summary><c>{{ … }}</c></summary>
internal sealed record OutputStatement(Expression Value, int Line) : Statement(Line);

/// <summary><c>if</c>, <c>elif</c>, <c>else</c></summary>
internal sealed record IfStatement(
    IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else, int Line) : Statement(Line);

/// <summary><c>for</c>, with a condition and <c>else</c>.</summary>
internal sealed record ForStatement(
    Expression Target, Expression Items, Expression? Condition, bool Recursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else, int Line)
    : Statement(Line);

/// <summary><c>set a = …</c></summary>
internal sealed record SetStatement(Expression Target, Expression Value, int Line) : Statement(Line);

/// <summary><c>set a</c> … <c>endset</c>, with filters.</summary>
internal sealed record SetBlockStatement(Expression Target, Expression? Filter, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary><c>filter …</c> … <c>endfilter</c></summary>
internal sealed record FilterBlockStatement(Expression Filter, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary><c>with a = …</c> … <c>endwith</c>; also a block that only has a scope of its own (<c>generation</c>).</summary>
internal sealed record WithStatement(IReadOnlyList<(Expression Target, Expression Value)> Assignments, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary>A macro, or the body of a <c>call</c> block.</summary>
/// <param name="Name">Its name; null for the body of a <c>call</c> block.</param>
/// <param name="Parameters">Names, and defaults where there are.</param>
/// <param name="Body">What it writes.</param>
/// <param name="UsesCaller">Whether it takes the text of a <c>call</c> block.</param>
/// <param name="UsesNamed">Whether it takes any named arguments (<c>kwargs</c>).</param>
/// <param name="UsesRest">Whether it takes any number of arguments (<c>varargs</c>).</param>
internal sealed record MacroDefinition(
    string? Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, bool UsesCaller, bool UsesNamed, bool UsesRest);

/// <summary><c>macro</c></summary>
internal sealed record MacroStatement(MacroDefinition Macro, int Line) : Statement(Line);

/// <summary><c>call</c></summary>
internal sealed record CallBlockStatement(CallExpression Call, MacroDefinition Body, int Line) : Statement(Line);

/// <summary><c>break</c></summary>
internal sealed record BreakStatement(int Line) : Statement(Line);

/// <summary><c>continue</c></summary>
internal sealed record ContinueStatement(int Line) : Statement(Line);
