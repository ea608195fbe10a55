using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Gguf;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.Native;

/// <summary>Formats held by a real model: batched, at any temperature, with guesses, cut by length.</summary>
[Collection("native")]
public sealed class ConstrainedAnswerTests
{
    private const string Person = """
        {"type":"object","required":["name","age","tags"],"additionalProperties":false,"properties":{
          "name":{"type":"string","maxLength":20},"age":{"type":"integer","minimum":0,"maximum":150},
          "tags":{"type":"array","items":{"enum":["red","green","blue"]},"minItems":1,"maxItems":4}}}
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public async Task Every_answer_is_in_its_format(int maxDraftTokens)
    {
        await using var server = new Server("assets/mistralserve-demo.gguf", maxDraftTokens);
        StartResult[] starts = await Task.WhenAll(Enumerable.Range(0, 12).Select(async seed => await server.Completions.StartAsync(
            new CompletionGeneration
            {
                Text = "A person as JSON: ",
                MaxTokens = 400,
                OutputFormat = seed % 2 == 0
                    ? new OutputFormat(OutputFormatKind.JsonSchema, "json_schema") { Schema = JsonDocument.Parse(Person).RootElement }
                    : new OutputFormat(OutputFormatKind.Regex, "regex") { Source = "[a-z]{3}(, [a-z]{3}){2,5}\\." },
                Sampling = new() { Temperature = seed < 4 ? 0 : 1.5f, Seed = seed },
                TopLogProbabilities = seed % 5 == 4 ? 2 : null,
                IgnoreEndOfGeneration = seed % 3 == 0,
            },
            default)));
        for (int i = 0; i < starts.Length; i++)
        {
            Assert.Null(starts[i].Failure);
            (string text, GenerationEvent last, List<GenerationEvent> events) = await EngineHarness.ReadAsync(starts[i].Generation!);
            Assert.Equal(FinishReason.EndOfGeneration, last.FinishReason);
            if (i % 2 == 0)
            {
                CheckPerson(text);
            }
            else
            {
                Assert.Matches("^[a-z]{3}(, [a-z]{3}){2,5}\\.$", text);
            }

            // With log probabilities no token is forced, and the end is not reported.
            int reported = events.Sum(item => item.Tokens?.Count ?? 0);
            Assert.Equal(i % 5 == 4 ? last.Usage.CompletionTokens - 1 : 0, reported);
        }
    }

    [Fact]
    public async Task An_answer_cut_by_length_is_a_beginning_of_one()
    {
        await using var server = new Server("assets/mistralserve-demo.gguf", maxDraftTokens: 0);
        var format = new OutputFormat(OutputFormatKind.Regex, "regex") { Source = "(abc){20}" };
        for (int most = 1; most < 12; most++)
        {
            StartResult start = await server.Completions.StartAsync(new CompletionGeneration { Text = "x", MaxTokens = most, OutputFormat = format }, default);
            (string text, GenerationEvent last, _) = await EngineHarness.ReadAsync(start.Generation!);
            Assert.Equal((FinishReason.Length, most), (last.FinishReason, last.Usage.CompletionTokens));
            Assert.StartsWith(text, string.Concat(Enumerable.Repeat("abc", 20)), StringComparison.Ordinal);
        }
    }

    private static void CheckPerson(string text)
    {
        using JsonDocument person = JsonDocument.Parse(text);
        Assert.Equal(["name", "age", "tags"], person.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.InRange(person.RootElement.GetProperty("name").GetString()!.EnumerateRunes().Count(), 0, 20);
        Assert.InRange(person.RootElement.GetProperty("age").GetInt32(), 0, 150);
        Assert.InRange(person.RootElement.GetProperty("tags").GetArrayLength(), 1, 4);
        Assert.All(person.RootElement.GetProperty("tags").EnumerateArray(), tag => Assert.Contains(tag.GetString(), (string[])["red", "green", "blue"]));
    }

    private sealed class Server : IAsyncDisposable
    {
        private readonly InferenceEngine _engine;

        public Server(string file, int maxDraftTokens)
        {
            ModelDescription model = ModelDescriptionReader.Read(RepositoryFiles.Path(file), alias: null, isDemo: false).Model!;
            var options = new EngineOptions { ContextLength = 1024, MaxDraftTokens = maxDraftTokens };
            var loader = new ModelLoader(model, new ModelLoadOptions(AppContext.BaseDirectory, "auto", 2), NullLoggerFactory.Instance);
            ContextLayout layout = ContextLayout.Choose(model, options, null, false, long.MaxValue);
            _engine = new InferenceEngine(options, progress => loader.Load(layout, progress), TimeProvider.System, NullLogger<InferenceEngine>.Instance);
            _engine.Start();
            Completions = new CompletionService(new GenerationStarter(model, _engine, new ModelConstraintCompiler(new JsonGrammarBuilder())));
        }

        public CompletionService Completions { get; }

        public async ValueTask DisposeAsync()
        {
            _engine.Stop();
            await _engine.Ended;
        }
    }
}
