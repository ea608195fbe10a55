namespace MistralServe.Inference.Chat.ToolFormats;

/// <summary>A format among those that <see cref="ToolFormatRegistry"/> knows: how it is recognised. Immutable; any thread.</summary>
internal interface IFormatDescription
{
    /// <summary>Name for logs and <c>/props</c>, for example <c>hermes</c>.</summary>
    string Name { get; }

    /// <summary>Whether a template's source has the format's marks. Formats before it in the registry have been asked.</summary>
    bool IsIn(string template);

    /// <summary>The format as a template has it: what the template lacks is known to the result.</summary>
    IToolFormat Create(string template);
}
