namespace MistralServe.Tests.Gguf;

/// <summary>A file with given bytes that goes away with the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(ReadOnlySpan<byte> bytes)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mistralserve-{Guid.NewGuid():N}.gguf");
        Write(bytes);
    }

    public string Path { get; }

    public void Write(ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Path, bytes);

    public void Dispose() => File.Delete(Path);
}
