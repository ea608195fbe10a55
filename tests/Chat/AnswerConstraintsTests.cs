using System.Text.Json;
using Microsoft.Extensions.Logging;
using MistralServe.Inference;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.TestHost;

namespace MistralServe.Tests.Chat;

public sealed class AnswerConstraintsTests
{
    // Rows: a pattern of the tool; the second takes longer than everyone may try for, and is prepared twice.
    [Theory]
    [InlineData("^a$")]
    [InlineData("^(a|b)*a(a|b){12}$")]
    public async Task A_keyword_that_is_left_out_is_logged_once(string pattern)
    {
        var script = new ReplayScript();
        var vocabulary = new ReplayVocabulary(script);
        var logger = new Lines();
        var constraints = new AnswerConstraints(new ModelConstraintCompiler(new JsonGrammarBuilder()), logger);
        ChatModel model = ChatModel.Create(new ChatTemplateSource(script.Template), vocabulary, TimeProvider.System).Model!;
        JsonElement parameters = JsonDocument.Parse(
            $$"""{"type":"object","properties":{"b":{"type":"array","uniqueItems":true},"a":{"type":"string","pattern":"{{pattern}}"} } }""").RootElement;
        var request = new ChatGeneration { Messages = [new("user", "Hello!")], Tools = [new("search", null, parameters)] };
        ConstraintResult result = await constraints.CreateAsync(request, model, script.Opening, vocabulary, 4_096, TestContext.Current.CancellationToken);
        Assert.Null(result.Failure);
        Assert.Contains("uniqueItems", Assert.Single(logger.Texts), StringComparison.Ordinal);
        Assert.Single(result.Unenforced);
    }

    private sealed class Lines : ILogger
    {
        public List<string> Texts { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Add(formatter(state, exception));
    }
}
