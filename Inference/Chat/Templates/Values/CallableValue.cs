namespace MistralServe.Inference.Chat.Templates.Values;

/// <summary>Something that a template can call.</summary>
internal abstract class CallableValue : TemplateValue
{
    /// <summary>Calls it.</summary>
    public abstract TemplateValue Call(TemplateRun run, CallArguments arguments);
}

/// <summary>A function of this engine.</summary>
/// <param name="name">Its name.</param>
/// <param name="call">What it does.</param>
internal sealed class FunctionValue(string name, Func<TemplateRun, CallArguments, TemplateValue> call) : CallableValue
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override string TypeName => "function";

    /// <inheritdoc/>
    public override TemplateValue Call(TemplateRun run, CallArguments arguments) => call(run, arguments);
}
