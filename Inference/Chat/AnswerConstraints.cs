using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MistralServe.Inference.Chat.Reasoning;
using MistralServe.Inference.Chat.ToolFormats;
using MistralServe.Inference.Chat.ToolFormats.Grammars;
using MistralServe.Inference.Constraints;
using MistralServe.Inference.Constraints.Grammar;
using MistralServe.Inference.Constraints.JsonSchema;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat;

/// <summary>
/// Says what an answer must be, from everything that a chat request asks of it: tools, the format of the answer, and the budget of reasoning.
/// Any thread.
/// </summary>
/// <param name="compilers">Compiles languages.</param>
/// <param name="logger">For keywords of schemas that are dropped.</param>
internal sealed partial class AnswerConstraints(ModelConstraintCompiler compilers, ILogger logger)
{
    private static readonly JsonGrammarBuilder Json = new();

    /// <summary>The tools that an answer may call: none, those that the request allows, or all.</summary>
    public static IReadOnlyList<ChatTool> FindCallable(ChatGeneration request) => request.ToolChoice switch
    {
        { Mode: ToolChoiceMode.None } => [],
        { AllowedNames: { } names } => [.. request.Tools.Where(tool => names.Contains(tool.Name, StringComparer.Ordinal))],
        _ => request.Tools,
    };

    /// <summary>
    /// Builds the constraint of an answer.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="model">How the model writes calls and reasoning.</param>
    /// <param name="promptEnd">What the template wrote behind the conversation.</param>
    /// <param name="vocabulary">The loaded model's tokens.</param>
    /// <param name="contextLength">Tokens of one request.</param>
    /// <param name="cancellationToken">Client gone: <see cref="OperationCanceledException"/>.</param>
    /// <returns>The constraint; or neither when the answer is free or its format alone says what it must be; or why there is none.</returns>
    public async ValueTask<ConstraintResult> CreateAsync(
        ChatGeneration request, ChatModel model, string promptEnd, IVocabulary vocabulary, int contextLength, CancellationToken cancellationToken)
    {
        IReadOnlyList<ChatTool> tools = FindCallable(request);
        ReasoningFormat reasoning = model.Format.Reasoning;
        bool isOpen = reasoning.IsOpen(promptEnd);
        bool mayReason = isOpen || (reasoning.IsInTemplate && !reasoning.IsClosed(promptEnd));
        int? budget = request.ReasoningBudget ?? (request.ReasoningEffort == "none" && mayReason ? 0 : null);
        var result = new ConstraintResult(null, null);
        if (tools.Count > 0 || (request.OutputFormat is not null && (mayReason || budget is not null)))
        {
            result = await CompileAsync(request, model, tools, promptEnd, compilers.Get(vocabulary, contextLength), cancellationToken).ConfigureAwait(false);
        }

        return budget is { } limit && result.Failure is null
            ? result with { Factory = new ReasoningBudgetFactory(vocabulary, reasoning, model.Markers, limit, isOpen, result.Factory) }
            : result;
    }

    private async ValueTask<ConstraintResult> CompileAsync(
        ChatGeneration request, ChatModel model, IReadOnlyList<ChatTool> tools, string promptEnd, ConstraintCompiler compiler, CancellationToken cancellationToken)
    {
        bool isRequired = request.ToolChoice.Mode == ToolChoiceMode.Required;
        var dropped = new List<(string Tool, string Problem)>();
        ConstraintResult result = await compiler.CompileAsync(
            Build, tools.Count > 0 ? "tools" : request.OutputFormat!.Param, Describe(request, model, tools, promptEnd), cancellationToken).ConfigureAwait(false);
        foreach ((string tool, string problem) in dropped)
        {
            LogDropped(logger, tool, problem);
        }

        return result;

        GrammarBuildResult Build(ConstraintLimits limits)
        {
            GrammarBuildResult answer = request.OutputFormat is { } format ? compiler.Build(format, limits) : new GrammarBuildResult(null, null);
            EngineFailure? failure = answer.Failure ?? tools.Where(tool => tool.Strict).Select(tool => CheckStrict(tool, limits)).FirstOrDefault(problem => problem is not null);
            if (failure is not null)
            {
                return new GrammarBuildResult(null, failure);
            }

            // What is slow is built twice, and told once.
            dropped.Clear();
            List<string> unenforced = [];
            ToolGrammarResult grammar = model.Format.CreateGrammar(new ToolGrammarOptions
            {
                Tools = tools,
                Required = isRequired,
                ParallelToolCalls = request.ParallelToolCalls,
                Answer = answer.Root,
                PromptEnd = promptEnd,
                Markers = model.Markers,
                Schema = (tool, schema) => BuildSchema(tool, schema, isRequired, limits, unenforced, dropped),
            });
            return new GrammarBuildResult(grammar.Root, grammar.Failure) { Unenforced = unenforced };
        }
    }

    // The whole schema at once: formats may ask for the grammars of single parameters, which are no objects.
    private static EngineFailure? CheckStrict(ChatTool tool, ConstraintLimits limits) => tool.Parameters is { } schema
        ? Json.Build(new OutputFormat(OutputFormatKind.JsonSchema, tool.Param) { Schema = schema, Strict = true }, limits).Failure
        : null;

    private static GrammarBuildResult BuildSchema(
        ChatTool tool, JsonElement schema, bool isRequired, ConstraintLimits limits, List<string> unenforced, List<(string Tool, string Problem)> told)
    {
        if (isRequired || tool.Strict)
        {
            return ToArguments(tool, Json.Build(new OutputFormat(OutputFormatKind.JsonSchema, tool.Param) { Schema = schema }, limits));
        }

        (GrammarBuildResult result, IReadOnlyList<SchemaProblem> dropped) = JsonGrammarBuilder.BuildLenient(schema, tool.Param, limits);
        foreach (SchemaProblem problem in dropped)
        {
            // A format may ask for a tool more than once.
            string entry = $"{tool.Param}{problem.Path}: {problem.Keyword}";
            if (!unenforced.Contains(entry, StringComparer.Ordinal))
            {
                unenforced.Add(entry);
                told.Add((tool.Name, problem.Message));
            }
        }

        return ToArguments(tool, result);
    }

    private static GrammarBuildResult ToArguments(ChatTool tool, GrammarBuildResult result) =>
        result.Root is not { } root ? result
        : JsonNodes.OnlyObjects(root) is { } objects ? result with { Root = objects }
        : new GrammarBuildResult(null, new EngineFailure(
            EngineFailureCode.InvalidSchema, $"The parameters of the tool {tool.Name} must be a JSON Schema of an object.", tool.Param));

    // Everything that the language follows from: the key under which it is kept.
    private static string Describe(ChatGeneration request, ChatModel model, IReadOnlyList<ChatTool> tools, string promptEnd)
    {
        var key = new StringBuilder();
        Add(model.Format.Name);
        Add(promptEnd);
        Add(request.ToolChoice.Mode.ToString());
        Add(request.ParallelToolCalls ? "several" : "one");
        Add(tools.Count.ToString(CultureInfo.InvariantCulture));
        foreach (ChatTool tool in tools)
        {
            Add(tool.Name);
            Add(tool.Param); // what is told of left-out keywords names the field, and each protocol has its own
            Add(tool.Strict ? "strict" : "");
            Add(tool.Parameters?.GetRawText() ?? "");
        }

        if (request.OutputFormat is { } format)
        {
            Add(format.Kind.ToString());
            Add(format.Strict ? "strict" : "");
            Add(format.Source ?? "");
            Add(format.Schema?.GetRawText() ?? "");
            foreach (string choice in format.Alternatives ?? [])
            {
                Add(choice);
            }
        }

        return key.ToString();

        void Add(string part) => key.Append(part.Length).Append(':').Append(part);
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "Tool {Tool}: {Problem} It is left out, because the model may choose whether to call the tool.")]
    private static partial void LogDropped(ILogger logger, string tool, string problem);
}
