using MistralServe.Inference.Native;

namespace MistralServe.Inference.Chat;

/// <summary>
/// How a conversation becomes prompt text: one of llama.cpp's built-in formats, taken for the model's own template. An
/// approximation, because those formats know roles and contents only and are recognised by substrings. Immutable; any thread.
/// </summary>
internal sealed class ChatFormat
{
    private readonly string _template;

    private ChatFormat(string template, string name)
    {
        _template = template;
        Name = name;
    }

    /// <summary>Name of the built-in format, for example <c>chatml</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// Finds the format. Call after the native libraries are loaded.
    /// </summary>
    /// <param name="modelTemplate">The template in the model file; null when it has none.</param>
    /// <param name="option">Value of <c>--chat-template</c>: a built-in format's name, or a file with a template; null when not given.</param>
    /// <returns>
    /// The format; or neither format nor problem when there is no template at all (the model starts, chat is refused); or a sentence
    /// when the template is none that a built-in format matches.
    /// </returns>
    public static (ChatFormat? Format, string? Problem) Resolve(string? modelTemplate, string? option)
    {
        if (option is not null && BuiltInChatFormats.GetNames().Contains(option, StringComparer.Ordinal))
        {
            return (new ChatFormat(option, option), null);
        }

        string? template = modelTemplate;
        if (option is not null)
        {
            (template, string? problem) = ReadTemplateFile(option);
            if (problem is not null)
            {
                return (null, problem);
            }
        }

        if (template is null)
        {
            return (null, null);
        }

        return BuiltInChatFormats.Recognise(template) is { } name
            ? (new ChatFormat(template, name), null)
            : (null, $"no built-in chat format matches the {(option is null ? "model's chat template" : $"template in {option}")}; "
                + $"name one by --chat-template: {string.Join(", ", BuiltInChatFormats.GetNames())}");
    }

    /// <summary>The prompt of a conversation, ended by the opening of an assistant turn, as UTF-8; null when the format cannot express it.</summary>
    public byte[]? Render(IReadOnlyList<ChatMessage> messages) =>
        BuiltInChatFormats.Render(_template, [.. messages.Select(message => (message.Role, message.Content))], addGenerationPrompt: true);

    private static (string? Template, string? Problem) ReadTemplateFile(string path)
    {
        try
        {
            return (File.ReadAllText(path), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, $"--chat-template {path} is neither a built-in format ({string.Join(", ", BuiltInChatFormats.GetNames())}) nor a readable file");
        }
    }
}
