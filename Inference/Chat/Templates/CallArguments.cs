using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>The arguments of a call, evaluated.</summary>
/// <param name="Positional">By position.</param>
/// <param name="Named">By name.</param>
internal sealed record CallArguments(IReadOnlyList<TemplateValue> Positional, IReadOnlyList<KeyValuePair<string, TemplateValue>> Named)
{
    /// <summary>No arguments.</summary>
    public static readonly CallArguments None = new([], []);

    /// <summary>
    /// Arguments in the order of the parameters; null for those not given. A fault when there are too many, unknown ones, or
    /// fewer than required.
    /// </summary>
    /// <param name="function">Name for messages.</param>
    /// <param name="required">How many of the parameters must be given.</param>
    /// <param name="parameters">Their names.</param>
    public TemplateValue?[] Bind(string function, int required, params ReadOnlySpan<string> parameters)
    {
        var values = new TemplateValue?[parameters.Length];
        if (Positional.Count > parameters.Length)
        {
            throw new TemplateFaultException($"{function}() takes at most {parameters.Length} arguments ({Positional.Count} given)");
        }

        for (int i = 0; i < Positional.Count; i++)
        {
            values[i] = Positional[i];
        }

        foreach ((string name, TemplateValue value) in Named)
        {
            int index = parameters.IndexOf(name);
            if (index < 0 || values[index] is not null)
            {
                throw new TemplateFaultException(index < 0
                    ? $"{function}() got an unexpected keyword argument '{name}'"
                    : $"{function}() got multiple values for argument '{name}'");
            }

            values[index] = value;
        }

        for (int i = 0; i < required; i++)
        {
            if (values[i] is null)
            {
                throw new TemplateFaultException($"{function}() misses its argument '{parameters[i]}'");
            }
        }

        return values;
    }
}
