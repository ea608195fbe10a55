using System.Globalization;
using System.Text.Json;
using MistralServe.Inference.Chat.Templates.Library;
using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>
/// A conversation as the variables of a template. All texts of the request are marked as input; what this server writes itself
/// (roles, special tokens, dates) is not, for templates build markers of it: <c>'&lt;|' + role + '|&gt;'</c>.
/// </summary>
/// <param name="template">The template: some read variables that are costly to make.</param>
/// <param name="capabilities">What the template takes, which decides on the shape of the messages.</param>
/// <param name="beginText">Text of the token that begins a prompt; empty when there is none.</param>
/// <param name="endText">Text of the token that ends one; empty when there is none.</param>
internal sealed class ConversationInput(ChatTemplate template, TemplateCapabilities capabilities, string beginText, string endText)
{
    /// <summary>The variables.</summary>
    /// <param name="request">The conversation.</param>
    /// <param name="now">Local time.</param>
    public List<KeyValuePair<string, TemplateValue>> CreateVariables(ChatGeneration request, DateTimeOffset now)
    {
        var variables = new List<KeyValuePair<string, TemplateValue>>
        {
            new("bos_token", new StringValue(beginText)),
            new("eos_token", new StringValue(endText)),
            new("add_generation_prompt", BooleanValue.From(request.AddGenerationPrompt && !request.ContinueFinalMessage)),
            new("documents", NoneValue.Instance),
            new("datetime", new StringValue(now.ToString("MMM dd yyyy", CultureInfo.InvariantCulture))),
            new("date_string", new StringValue(now.ToString("dd MMM yyyy", CultureInfo.InvariantCulture))),
            new("enable_thinking", BooleanValue.From(request.ReasoningEffort != "none")),
        };
        if (request.ReasoningEffort is { } effort)
        {
            // Templates that switch reasoning off by default read "thinking".
            variables.Add(new("thinking", BooleanValue.From(effort != "none")));
            if (effort != "none")
            {
                variables.Add(new("reasoning_effort", StringValue.FromInput(effort)));
            }
        }

        foreach ((string name, JsonElement value) in request.TemplateVariables)
        {
            variables.Add(new(name, TemplateJson.Read(value)));
        }

        // Last, and so never those of the request's variables.
        bool showTools = request.OffersTools;
        var tools = new ListValue(showTools ? [.. request.Tools.Select(CreateTool)] : [], isInput: true);
        variables.Add(new("tools", showTools || capabilities.NeedsToolList ? tools : NoneValue.Instance));
        if (template.Source.Contains("functions", StringComparison.Ordinal))
        {
            // Firefunction's template wants the tools as text under this name.
            var indent = new CallArguments([], [new("indent", new IntegerValue(2))]);
            variables.Add(new("functions", showTools ? TemplateJson.Write(new TemplateRun(now), tools, indent) : StringValue.Empty));
        }

        variables.Add(new("messages", new ListValue([.. MergeSystem(request.Messages).Select(CreateMessage)], isInput: true)));
        return variables;
    }

    /// <summary>
    /// System messages that the template would lose or refuse: the first ones become one where it takes one, and the text of all others goes before
    /// that of the next user message, or behind that of the last.
    /// </summary>
    private List<ChatMessage> MergeSystem(IReadOnlyList<ChatMessage> messages)
    {
        if ((capabilities.SystemRole && capabilities.LaterSystem) || !messages.Any(message => message.Role == "system"))
        {
            return [.. messages];
        }

        int lastUser = -1;
        for (int i = 0; i < messages.Count; i++)
        {
            lastUser = messages[i].Role == "user" ? i : lastUser;
        }

        var merged = new List<ChatMessage>();
        string pending = "";
        for (int i = 0; i < messages.Count; i++)
        {
            ChatMessage message = messages[i];
            if (message.Role == "system" && capabilities.SystemRole && (merged is [] or [{ Role: "system" }]))
            {
                merged = [merged is [{ } first] ? first with { Content = first.Content + "\n\n" + message.Content } : message];
            }
            else if (message.Role == "system" && i < lastUser)
            {
                pending += message.Content + "\n";
            }
            else if (message.Role == "system" && merged is [.., { Role: "user" } last])
            {
                merged[^1] = last with { Content = last.Content + "\n" + message.Content };
            }
            else if (message.Role == "system")
            {
                merged.Add(message with { Role = "user" });
            }
            else if (message.Role == "user" && pending.Length > 0)
            {
                merged.Add(message with { Content = pending + message.Content });
                pending = "";
            }
            else
            {
                merged.Add(message);
            }
        }

        return merged;
    }

    private DictValue CreateMessage(ChatMessage message)
    {
        var value = new DictValue(isInput: true);
        bool isKnownRole = message.Role is "system" or "user" or "assistant" or "tool" or "developer";
        value.Set("role", isKnownRole ? new StringValue(message.Role) : StringValue.FromInput(message.Role));
        value.Set("content", CreateContent(message.Content));
        if (message.Name is not null)
        {
            value.Set("name", StringValue.FromInput(message.Name));
        }

        if (message.ToolCallId is not null)
        {
            value.Set("tool_call_id", StringValue.FromInput(message.ToolCallId));
        }

        if (message.Reasoning is not null)
        {
            // Templates name it differently.
            value.Set("reasoning_content", StringValue.FromInput(message.Reasoning));
            value.Set("reasoning", StringValue.FromInput(message.Reasoning));
            value.Set("thinking", StringValue.FromInput(message.Reasoning));
        }

        if (message.ToolCalls.Count > 0)
        {
            value.Set("tool_calls", new ListValue([.. message.ToolCalls.Select(CreateCall)], isInput: true));
        }

        return value;
    }

    private TemplateValue CreateContent(string content)
    {
        if (!capabilities.TypedContent)
        {
            return StringValue.FromInput(content);
        }

        var part = new DictValue(isInput: true);
        part.Set("type", new StringValue("text"));
        part.Set("text", StringValue.FromInput(content));
        return new ListValue([part], isInput: true);
    }

    private DictValue CreateCall(ChatToolCall call)
    {
        var function = new DictValue(isInput: true);
        function.Set("name", StringValue.FromInput(call.Name));
        function.Set("arguments", CreateArguments(call.Arguments));
        var value = new DictValue(isInput: true);
        value.Set("id", StringValue.FromInput(call.Id));
        value.Set("type", new StringValue("function"));
        value.Set("function", function);
        return value;
    }

    private TemplateValue CreateArguments(string arguments)
    {
        if (!capabilities.ArgumentsAsObject)
        {
            return StringValue.FromInput(arguments);
        }

        if (TemplateJson.Parse(arguments) is DictValue parsed)
        {
            return parsed;
        }

        // The model wrote no object; a template that goes through arguments still gets one that holds what it wrote.
        var wrapped = new DictValue(isInput: true);
        if (arguments.Length > 0)
        {
            wrapped.Set("arguments", StringValue.FromInput(arguments));
        }

        return wrapped;
    }

    private static DictValue CreateTool(ChatTool tool)
    {
        var function = new DictValue(isInput: true);
        function.Set("name", StringValue.FromInput(tool.Name));
        function.Set("description", StringValue.FromInput(tool.Description ?? ""));
        function.Set("parameters", tool.Parameters is { } schema ? TemplateJson.Read(schema) : CreateEmptySchema());
        var value = new DictValue(isInput: true);
        value.Set("type", new StringValue("function"));
        value.Set("function", function);
        return value;
    }

    private static DictValue CreateEmptySchema()
    {
        var schema = new DictValue(isInput: true);
        schema.Set("type", new StringValue("object"));
        schema.Set("properties", new DictValue(isInput: true));
        return schema;
    }
}
