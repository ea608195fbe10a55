namespace MistralServe.Tests;

/// <summary>The rules of the rooms that docs/architecture.md states, held against the sources.</summary>
public sealed class RoomTests
{
    private static readonly string[] Rooms = ["Cli", "Hosting", "OpenAi", "Mcp", "Json", "Inference"];

    [Fact]
    public void Unsafe_code_is_in_the_native_room_and_the_kernels_only() =>
        Assert.DoesNotContain(
            Sources("Cli", "Hosting", "OpenAi", "Mcp", "Json", "Inference"),
            file => !file.Path.StartsWith("Inference/Native/", StringComparison.Ordinal) && !file.Path.StartsWith("Inference/Kernels/", StringComparison.Ordinal) && file.Text.Contains(" unsafe ", StringComparison.Ordinal));

    [Theory]
    [InlineData("Inference")]
    [InlineData("OpenAi", "Inference", "Json")]
    [InlineData("Mcp", "Inference", "Json", "OpenAi")]
    [InlineData("Json", "OpenAi", "Mcp")]
    [InlineData("Hosting", "OpenAi", "Mcp", "Inference")]
    [InlineData("Cli", "Hosting", "Inference", "Json")]
    public void A_room_uses_only_those_it_may_use(string room, params string[] allowed)
    {
        foreach ((string path, string text) in Sources(room))
        {
            foreach (string other in Rooms.Except(allowed).Where(other => other != room))
            {
                Assert.False(text.Contains($"using MistralServe.{other}", StringComparison.Ordinal), $"{path} uses {other}");
            }
        }
    }

    [Theory]
    [InlineData("Inference/Chat", "Native", "Gguf", "Embedding", "Kernels")]
    [InlineData("Inference/Kernels", "Native", "Gguf", "Embedding", "Chat", "Constraints", "Engine", "Sampling")]
    [InlineData("Inference/Chat/Templates", "Native", "Gguf", "Embedding", "Sampling", "Constraints", "Chat.ToolFormats", "Chat.Reasoning")]
    [InlineData("Inference/Chat/ToolFormats", "Native", "Gguf", "Embedding", "Chat.Templates")]
    [InlineData("Inference/Chat/Reasoning", "Native", "Gguf", "Embedding", "Chat.Templates")]
    [InlineData("Inference/Constraints", "Native", "Gguf", "Embedding", "Chat.Templates", "Chat.ToolFormats")]
    [InlineData("Inference/Engine", "Native", "Kernels", "Gguf", "Embedding", "Chat", "Constraints")]
    [InlineData("Inference/Sampling", "Native", "Gguf", "Embedding", "Chat", "Constraints", "Engine")]
    public void A_room_of_inference_does_not_use(string room, params string[] others)
    {
        foreach ((string path, string text) in Sources(room))
        {
            foreach (string other in others)
            {
                Assert.False(text.Contains($"using MistralServe.Inference.{other}", StringComparison.Ordinal), $"{path} uses {other}");
            }
        }
    }

    private static List<(string Path, string Text)> Sources(params string[] rooms)
    {
        List<(string, string)> files = [.. rooms
            .SelectMany(room => Directory.EnumerateFiles(RepositoryFiles.Path(room), "*.cs", SearchOption.AllDirectories))
            .Select(path => (Path.GetRelativePath(RepositoryFiles.Path("."), path), File.ReadAllText(path)))];
        Assert.NotEmpty(files);
        return files;
    }
}
