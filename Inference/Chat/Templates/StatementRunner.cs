using System.Runtime.CompilerServices;
using MistralServe.Inference.Chat.Templates.Syntax;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>Runs the statements of a template and writes what they output. One thread.</summary>
internal sealed class StatementRunner
{
    private readonly TemplateRun _run;
    private readonly TextBuilder _output;

    private StatementRunner(TemplateRun run, TextBuilder output)
    {
        _run = run;
        _output = output;
    }

    /// <summary>How a body ended.</summary>
    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>Runs a body in a scope and gives what it outputs.</summary>
    public static StringValue Capture(TemplateRun run, IReadOnlyList<Statement> body, Scope scope)
    {
        var output = new TextBuilder(run.Budget);
        new StatementRunner(run, output).Run(body, scope);
        return output.ToValue();
    }

    private Flow Run(IReadOnlyList<Statement> body, Scope scope)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateFaultException("it is nested too deep");
        }

        foreach (Statement statement in body)
        {
            Flow flow = Run(statement, scope);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Run(Statement statement, Scope scope)
    {
        _run.Budget.Take();
        _run.Line = statement.Line;
        switch (statement)
        {
            case DataStatement data:
                _output.Append(data.Text);
                return Flow.Next;

            case OutputStatement output:
                _output.Append(_run.ToText(_run.Evaluate(output.Value, scope)));
                return Flow.Next;

            case IfStatement branches:
                return RunIf(branches, scope);

            case ForStatement loop:
                RunFor(loop, scope, _run.Evaluate(loop.Items, scope), depth: 0);
                return Flow.Next;

            case SetStatement set:
                Assign(set.Target, _run.Evaluate(set.Value, scope), scope);
                return Flow.Next;

            case SetBlockStatement block:
                TemplateValue text = Capture(block.Body, scope, out Flow setFlow);
                Assign(block.Target, block.Filter is null ? text : Filter(block.Filter, text, scope), scope);
                return setFlow;

            case FilterBlockStatement block:
                StringValue filtered = Capture(block.Body, scope, out Flow filterFlow);
                _output.Append(_run.ToText(Filter(block.Filter, filtered, scope)));
                return filterFlow;

            case WithStatement with:
                return RunWith(with, scope);

            case MacroStatement macro:
                scope.Set(macro.Macro.Name!, new MacroValue(macro.Macro, scope));
                return Flow.Next;

            case CallBlockStatement call:
                RunCallBlock(call, scope);
                return Flow.Next;

            default:
                return statement is BreakStatement ? Flow.Break : Flow.Continue;
        }
    }

    private StringValue Capture(IReadOnlyList<Statement> body, Scope scope, out Flow flow)
    {
        var output = new TextBuilder(_run.Budget);
        flow = new StatementRunner(_run, output).Run(body, new Scope(scope));
        return output.ToValue();
    }

    private TemplateValue Filter(Expression filter, TemplateValue value, Scope scope)
    {
        var node = (FilterExpression)filter;
        return _run.ApplyFilter(node, node.Target is null ? value : Filter(node.Target, value, scope), scope);
    }

    private Flow RunIf(IfStatement branches, Scope scope)
    {
        foreach ((Expression condition, IReadOnlyList<Statement> body) in branches.Branches)
        {
            if (_run.Evaluate(condition, scope).IsTrue)
            {
                return Run(body, scope);
            }
        }

        return Run(branches.Else, scope);
    }

    private void RunFor(ForStatement loop, Scope scope, TemplateValue items, int depth)
    {
        Func<TemplateValue, bool>? condition = loop.Condition is null ? null : item => Test(loop, item, scope);
        Func<TemplateValue, StringValue>? recurse = loop.Recursive ? inner => Recurse(loop, scope, inner, depth + 1) : null;
        var state = new LoopValue(_run.Budget, _run.Iterate(items), condition, depth, recurse);
        while (state.MoveNext() is { } item)
        {
            var turn = new Scope(scope);
            turn.Set("loop", state);
            Assign(loop.Target, item, turn);
            if (Run(loop.Body, turn) == Flow.Break)
            {
                return;
            }
        }

        if (state.Index < 0)
        {
            Run(loop.Else, new Scope(scope));
        }
    }

    private StringValue Recurse(ForStatement loop, Scope scope, TemplateValue items, int depth)
    {
        if (depth > TemplateLimits.MacroDepth)
        {
            throw new TemplateFaultException($"a loop calls itself more than {TemplateLimits.MacroDepth} deep");
        }

        var output = new TextBuilder(_run.Budget);
        new StatementRunner(_run, output).RunFor(loop, scope, items, depth);
        return output.ToValue();
    }

    private bool Test(ForStatement loop, TemplateValue item, Scope scope)
    {
        _run.Budget.Take();
        var inner = new Scope(scope);
        Assign(loop.Target, item, inner);
        return _run.Evaluate(loop.Condition!, inner).IsTrue;
    }

    private Flow RunWith(WithStatement with, Scope scope)
    {
        var inner = new Scope(scope);
        foreach ((Expression target, Expression value) in with.Assignments)
        {
            Assign(target, _run.Evaluate(value, scope), inner);
        }

        return Run(with.Body, inner);
    }

    private void RunCallBlock(CallBlockStatement block, Scope scope)
    {
        TemplateValue target = _run.Evaluate(block.Call.Target, scope);
        CallArguments arguments = _run.EvaluateArguments(block.Call.Arguments, scope);
        var caller = new KeyValuePair<string, TemplateValue>("caller", new MacroValue(block.Body, scope));
        _run.Line = block.Line;
        _output.Append(_run.ToText(_run.Call(target, arguments with { Named = [.. arguments.Named, caller] })));
    }

    private void Assign(Expression target, TemplateValue value, Scope scope)
    {
        switch (target)
        {
            case NameExpression name:
                scope.Set(name.Name, value);
                break;

            case NamespaceTarget member when scope.Find(member.Name) is NamespaceValue space:
                space.Members[member.Member] = value;
                break;

            case NamespaceTarget member:
                throw new TemplateFaultException(scope.Find(member.Name) is null
                    ? $"'{member.Name}' is undefined"
                    : "cannot assign attribute on non-namespace object");

            default:
                Unpack((TupleExpression)target, _run.Iterate(value), scope);
                break;
        }
    }

    private void Unpack(TupleExpression target, IReadOnlyList<TemplateValue> values, Scope scope)
    {
        if (values.Count != target.Items.Count)
        {
            throw new TemplateFaultException(values.Count > target.Items.Count
                ? $"too many values to unpack (expected {target.Items.Count})"
                : $"not enough values to unpack (expected {target.Items.Count}, got {values.Count})");
        }

        for (int i = 0; i < values.Count; i++)
        {
            Assign(target.Items[i], values[i], scope);
        }
    }
}
