using System.Runtime.InteropServices;

namespace MistralServe.Inference.Native;

/// <summary>
/// llama.cpp's built-in chat formats: 54 of them, recognised in a model's template by substrings and rendered without Jinja,
/// role and content only. An approximation of the template. Any thread, after the libraries are loaded.
/// </summary>
internal static unsafe class BuiltInChatFormats
{
    /// <summary>The names, for example <c>chatml</c>.</summary>
    public static IReadOnlyList<string> GetNames()
    {
        int count = LlamaApi.llama_chat_builtin_templates(null, 0);
        byte** names = stackalloc byte*[count];
        count = Math.Min(count, LlamaApi.llama_chat_builtin_templates(names, (nuint)count));
        var result = new string[count];
        for (int i = 0; i < count; i++)
        {
            result[i] = Marshal.PtrToStringUTF8((nint)names[i]) ?? "";
        }

        return result;
    }

    /// <summary>
    /// Renders a conversation.
    /// </summary>
    /// <param name="template">A format's name, or a model's own template to be recognised.</param>
    /// <param name="messages">Role and content, oldest first.</param>
    /// <param name="addGenerationPrompt">End with the opening of an assistant turn.</param>
    /// <returns>UTF-8 text, or null when no format matches the template.</returns>
    public static byte[]? Render(string template, IReadOnlyList<(string Role, string Content)> messages, bool addGenerationPrompt)
    {
        // The library reads C strings: what stands after a NUL would be lost in silence, so NULs become U+FFFD.
        var texts = new byte[messages.Count * 2][];
        int size = 256;
        for (int i = 0; i < messages.Count; i++)
        {
            texts[2 * i] = NativeRuntime.ToNative(messages[i].Role);
            texts[2 * i + 1] = NativeRuntime.ToNative(messages[i].Content.Replace('\0', '\uFFFD'));
            size = checked(size + texts[2 * i].Length + texts[2 * i + 1].Length + 64);
        }

        var pins = new GCHandle[texts.Length];
        var chat = new LlamaChatMessage[messages.Count];
        try
        {
            for (int i = 0; i < texts.Length; i++)
            {
                pins[i] = GCHandle.Alloc(texts[i], GCHandleType.Pinned);
            }

            for (int i = 0; i < chat.Length; i++)
            {
                chat[i].role = (byte*)pins[2 * i].AddrOfPinnedObject();
                chat[i].content = (byte*)pins[2 * i + 1].AddrOfPinnedObject();
            }

            return Render(template, chat, addGenerationPrompt, size);
        }
        finally
        {
            foreach (GCHandle pin in pins)
            {
                if (pin.IsAllocated)
                {
                    pin.Free();
                }
            }
        }
    }

    /// <summary>
    /// The name of the format that a template is taken for, found by rendering the same conversation with each; null when none matches.
    /// </summary>
    public static string? Recognise(string template)
    {
        (string, string)[] probe = [("system", "S s"), ("user", "U u"), ("assistant", "A a"), ("user", "V v")];
        byte[]? own = Render(template, probe, addGenerationPrompt: true);
        return own is null
            ? null
            : GetNames().FirstOrDefault(name => Render(name, probe, addGenerationPrompt: true) is { } text && text.AsSpan().SequenceEqual(own));
    }

    private static byte[]? Render(string template, LlamaChatMessage[] chat, bool addGenerationPrompt, int size)
    {
        fixed (byte* templatePointer = NativeRuntime.ToNative(template))
        {
            fixed (LlamaChatMessage* messages = chat)
            {
                while (true)
                {
                    byte[] buffer = new byte[size];
                    int length;
                    fixed (byte* pointer = buffer)
                    {
                        length = LlamaApi.llama_chat_apply_template(templatePointer, messages, (nuint)chat.Length, addGenerationPrompt ? (byte)1 : (byte)0, pointer, buffer.Length);
                    }

                    if (length < 0)
                    {
                        return null;
                    }

                    if (length <= buffer.Length)
                    {
                        return buffer.AsSpan(0, length).ToArray();
                    }

                    size = length;
                }
            }
        }
    }
}
