using System.Runtime.InteropServices;
using MistralServe.Inference.Native;

namespace MistralServe.Tests.Native;

/// <summary>llama.cpp's built-in chat formats, the reference for our named templates. The library is loaded before the first use.</summary>
internal static unsafe class BuiltInChatFormats
{
    /// <summary>Renders a conversation; null when there is no format of the name.</summary>
    public static byte[]? Render(string name, IReadOnlyList<(string Role, string Content)> messages, bool addGenerationPrompt)
    {
        nint library = NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libllama.v0.5.0.so"));
        var apply = (delegate* unmanaged[Cdecl]<byte*, Message*, nuint, byte, byte*, int, int>)NativeLibrary.GetExport(library, "llama_chat_apply_template");
        List<nint> texts = [];
        nint Allocate(string text)
        {
            texts.Add(Marshal.StringToCoTaskMemUTF8(text));
            return texts[^1];
        }

        try
        {
            Message[] chat = [.. messages.Select(message => new Message(Allocate(message.Role), Allocate(message.Content)))];
            byte[] buffer = new byte[16 * 1024];
            byte* template = (byte*)Allocate(name);
            fixed (Message* first = chat)
            {
                fixed (byte* output = buffer)
                {
                    int length = apply(template, first, (nuint)chat.Length, addGenerationPrompt ? (byte)1 : (byte)0, output, buffer.Length);
                    Assert.True(length <= buffer.Length);
                    return length < 0 ? null : buffer[..length];
                }
            }
        }
        finally
        {
            texts.ForEach(Marshal.FreeCoTaskMem);
        }
    }

    private readonly record struct Message(nint Role, nint Content);
}
