namespace MistralServe.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void The_demo_model_is_in_the_tree() => Assert.True(File.Exists(RepositoryFiles.Path("assets/mistralserve-demo.gguf")));
}
