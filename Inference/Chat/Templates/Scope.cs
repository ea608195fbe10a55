using MistralServe.Inference.Chat.Templates.Values;

namespace MistralServe.Inference.Chat.Templates;

/// <summary>Variables of a part of a template; what it does not have, the scope around it may. One thread.</summary>
internal sealed class Scope(Scope? parent)
{
    // A scope has a few variables, and names are interned by the parser's source: a search is quicker than a table.
    private readonly List<KeyValuePair<string, TemplateValue>> _variables = [];

    /// <summary>The value of a name, from here or around; null when there is none.</summary>
    public TemplateValue? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            foreach (KeyValuePair<string, TemplateValue> variable in scope._variables)
            {
                if (variable.Key == name)
                {
                    return variable.Value;
                }
            }
        }

        return null;
    }

    /// <summary>Sets a name here; scopes around keep theirs.</summary>
    public void Set(string name, TemplateValue value)
    {
        for (int i = 0; i < _variables.Count; i++)
        {
            if (_variables[i].Key == name)
            {
                _variables[i] = new(name, value);
                return;
            }
        }

        _variables.Add(new(name, value));
    }

    private Scope? Parent { get; } = parent;
}
