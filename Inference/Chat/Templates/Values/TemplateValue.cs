namespace MistralServe.Inference.Chat.Templates.Values;

/// <summary>A value of the template language: what Python has, as far as templates use it. One thread.</summary>
internal abstract class TemplateValue
{
    /// <summary>Name of the type in Python, for messages.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether it counts as true.</summary>
    public virtual bool IsTrue => true;
}

/// <summary>A name, attribute or element that is not there: prints as nothing, but cannot be used.</summary>
/// <param name="message">What using it says, for example <c>'x' is undefined</c>.</param>
internal sealed class UndefinedValue(string message) : TemplateValue
{
    /// <summary>What using it says.</summary>
    public string Message { get; } = message;

    /// <inheritdoc/>
    public override string TypeName => "Undefined";

    /// <inheritdoc/>
    public override bool IsTrue => false;
}

/// <summary>None.</summary>
internal sealed class NoneValue : TemplateValue
{
    /// <summary>The only one.</summary>
    public static readonly NoneValue Instance = new();

    private NoneValue()
    {
    }

    /// <inheritdoc/>
    public override string TypeName => "NoneType";

    /// <inheritdoc/>
    public override bool IsTrue => false;
}

/// <summary>True and False.</summary>
internal sealed class BooleanValue : TemplateValue
{
    /// <summary>True.</summary>
    public static readonly BooleanValue True = new(true);

    /// <summary>False.</summary>
    public static readonly BooleanValue False = new(false);

    private BooleanValue(bool value) => IsTrue = value;

    /// <inheritdoc/>
    public override string TypeName => "bool";

    /// <inheritdoc/>
    public override bool IsTrue { get; }

    /// <summary>The one or the other.</summary>
    public static BooleanValue From(bool value) => value ? True : False;
}

/// <summary>An integer. Python's have no limit; 128 bits hold all that JSON numbers in the wild are, and more is a fault.</summary>
internal sealed class IntegerValue(Int128 value) : TemplateValue
{
    /// <summary>The number.</summary>
    public Int128 Number { get; } = value;

    /// <inheritdoc/>
    public override string TypeName => "int";

    /// <inheritdoc/>
    public override bool IsTrue => Number != 0;
}

/// <summary>A floating point number.</summary>
internal sealed class FloatValue(double value) : TemplateValue
{
    /// <summary>The number.</summary>
    public double Number { get; } = value;

    /// <inheritdoc/>
    public override string TypeName => "float";

    /// <inheritdoc/>
    public override bool IsTrue => Number != 0;
}
