using MistralServe.Inference.Chat.Templates.Syntax;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>A macro, or the body of a <c>call</c> block, with the variables around its definition.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope closure) : CallableValue
{
    /// <inheritdoc/>
    public override string TypeName => "Macro";

    /// <summary>Its definition.</summary>
    public MacroDefinition Definition { get; } = definition;

    /// <inheritdoc/>
    public override TemplateValue Call(TemplateRun run, CallArguments arguments)
    {
        if (++run.MacroDepth > TemplateLimits.MacroDepth)
        {
            throw new TemplateFaultException($"macros call each other more than {TemplateLimits.MacroDepth} deep");
        }

        Scope scope = BindParameters(run, arguments);
        int line = run.Line;
        StringValue text = StatementRunner.Capture(run, Definition.Body, scope);
        run.Line = line;
        run.MacroDepth--;
        return text;
    }

    private Scope BindParameters(TemplateRun run, CallArguments arguments)
    {
        var scope = new Scope(closure);
        var named = new List<KeyValuePair<string, TemplateValue>>(arguments.Named);
        for (int i = 0; i < Definition.Parameters.Count; i++)
        {
            (string name, Expression? standard) = Definition.Parameters[i];
            TemplateValue? value = i < arguments.Positional.Count ? arguments.Positional[i] : TakeNamed(named, name);
            scope.Set(name, value ?? (standard is null ? new UndefinedValue($"parameter '{name}' was not provided") : run.Evaluate(standard, scope)));
        }

        if (Definition.UsesCaller)
        {
            scope.Set("caller", TakeNamed(named, "caller") ?? new UndefinedValue("No caller defined"));
        }

        if (Definition.UsesNamed)
        {
            var rest = new DictValue();
            named.ForEach(argument => rest.Set(argument.Key, argument.Value));
            scope.Set("kwargs", rest);
        }
        else if (named.Count > 0)
        {
            throw new TemplateFaultException($"macro '{Definition.Name}' takes no keyword argument '{named[0].Key}'");
        }

        if (Definition.UsesRest)
        {
            scope.Set("varargs", new TupleValue([.. arguments.Positional.Skip(Definition.Parameters.Count)]));
        }
        else if (arguments.Positional.Count > Definition.Parameters.Count)
        {
            throw new TemplateFaultException($"macro '{Definition.Name}' takes not more than {Definition.Parameters.Count} argument(s)");
        }

        return scope;
    }

    private static TemplateValue? TakeNamed(List<KeyValuePair<string, TemplateValue>> named, string name)
    {
        int index = named.FindIndex(argument => argument.Key == name);
        if (index < 0)
        {
            return null;
        }

        TemplateValue value = named[index].Value;
        named.RemoveAt(index);
        return value;
    }
}
