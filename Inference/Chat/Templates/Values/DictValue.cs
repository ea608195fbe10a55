namespace MistralServe.Inference.Chat.Templates.Values;

/// <summary>A dictionary in the order of insertion. Keys are texts, numbers, booleans, None and tuples of these.</summary>
/// <param name="isInput">Whether it came from the request: then the template cannot change it.</param>
internal sealed class DictValue(bool isInput = false) : TemplateValue
{
    // Most dictionaries are messages with a handful of keys: those are searched.
    private const int IndexFrom = 9;

    private readonly List<KeyValuePair<TemplateValue, TemplateValue>> _entries = [];
    private Dictionary<TemplateValue, int>? _index;

    /// <summary>Whether it came from the request.</summary>
    public bool IsInput { get; } = isInput;

    /// <inheritdoc/>
    public override string TypeName => "dict";

    /// <inheritdoc/>
    public override bool IsTrue => _entries.Count > 0;

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>The entries in order.</summary>
    public IReadOnlyList<KeyValuePair<TemplateValue, TemplateValue>> Entries => _entries;

    /// <summary>The value of a key; null when there is none. A fault for a key that cannot be one.</summary>
    public TemplateValue? Find(TemplateValue key)
    {
        int index = IndexOf(key);
        return index < 0 ? null : _entries[index].Value;
    }

    /// <summary>The value of a text key; null when there is none.</summary>
    public TemplateValue? Find(string key) => Find(new StringValue(key));

    /// <summary>Adds or replaces. A fault for a key that cannot be one.</summary>
    public void Set(TemplateValue key, TemplateValue value)
    {
        int index = IndexOf(key);
        if (index >= 0)
        {
            _entries[index] = new(_entries[index].Key, value);
            return;
        }

        _entries.Add(new(key, value));
        if (_index is not null)
        {
            _index.Add(key, _entries.Count - 1);
        }
        else if (_entries.Count >= IndexFrom)
        {
            Reindex();
        }
    }

    /// <summary>Adds or replaces the value of a text key of our own.</summary>
    public void Set(string key, TemplateValue value) => Set(new StringValue(key), value);

    /// <summary>Removes a key and gives its value; null when there is none.</summary>
    public TemplateValue? Remove(TemplateValue key)
    {
        int index = IndexOf(key);
        if (index < 0)
        {
            return null;
        }

        TemplateValue value = _entries[index].Value;
        _entries.RemoveAt(index);
        if (_index is not null)
        {
            Reindex();
        }

        return value;
    }

    /// <summary>Removes all.</summary>
    public void Clear()
    {
        _entries.Clear();
        _index = null;
    }

    /// <summary>A copy that the template may change.</summary>
    public DictValue Copy()
    {
        var copy = new DictValue();
        copy._entries.AddRange(_entries);
        if (copy._entries.Count >= IndexFrom)
        {
            copy.Reindex();
        }

        return copy;
    }

    private void Reindex()
    {
        _index = new Dictionary<TemplateValue, int>(DictKeyComparer.Instance);
        for (int i = 0; i < _entries.Count; i++)
        {
            _index.Add(_entries[i].Key, i);
        }
    }

    private int IndexOf(TemplateValue key)
    {
        DictKeyComparer.Check(key);
        if (_index is not null)
        {
            return _index.TryGetValue(key, out int found) ? found : -1;
        }

        for (int i = 0; i < _entries.Count; i++)
        {
            if (DictKeyComparer.Instance.Equals(_entries[i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }
}
