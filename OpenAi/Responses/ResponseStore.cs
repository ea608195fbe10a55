namespace MistralServe.OpenAi.Responses;

/// <summary>
/// Keeps responses in memory, bounded in number, bytes and age: the oldest goes first, one that runs goes last. Each belongs to its caller, for
/// whom alone it exists. Any thread.
/// </summary>
internal sealed class ResponseStore(OpenAiOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Principal, string ItemId), StoredResponse> _byItem = [];
    private readonly LinkedList<Entry> _byAge = new();
    private long _bytes;

    /// <summary>Whether anything is kept.</summary>
    public bool IsEnabled => options.ResponseStoreCount > 0;

    /// <summary>Responses kept now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byId.Count;
            }
        }
    }

    /// <summary>The response of that id; null when there is none, it has expired, or it is another caller's.</summary>
    public StoredResponse? Find(string principal, string id)
    {
        lock (_lock)
        {
            DropExpired();
            return _byId.TryGetValue(id, out LinkedListNode<Entry>? node) && node.Value.Response.Principal == principal ? node.Value.Response : null;
        }
    }

    /// <summary>An item of a response that <see cref="Find"/> would find; null when there is none.</summary>
    public ResponseItem? FindItem(string principal, string id)
    {
        lock (_lock)
        {
            DropExpired();
            return _byItem.TryGetValue((principal, id), out StoredResponse? response)
                ? response.Input.Concat(response.Current.Output).FirstOrDefault(item => item.Id == id)
                : null;
        }
    }

    /// <summary>Keeps a response. What is too much then goes, which may be this one.</summary>
    public void Add(StoredResponse response)
    {
        lock (_lock)
        {
            var node = new LinkedListNode<Entry>(new Entry(response, time.GetUtcNow() + options.ResponseLifetime, response.Bytes));
            _byId.Add(response.Id, node);
            _byAge.AddLast(node);
            _bytes += node.Value.Bytes;
            Index(response, response.Input.Concat(response.Current.Output));
            DropExcess();
        }
    }

    /// <summary>Counts again what a kept response takes; call it after its state or its events have changed.</summary>
    /// <returns>False when the store takes more than it may and has nothing to drop.</returns>
    public bool Refresh(StoredResponse response)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(response.Id, out LinkedListNode<Entry>? node))
            {
                _bytes += response.Bytes - node.Value.Bytes;
                node.Value = node.Value with { Bytes = response.Bytes };
                Index(response, response.Current.Output);
                DropExcess();
            }

            return _bytes <= options.ResponseStoreBytes;
        }
    }

    /// <summary>Forgets a response, and ends it if it runs.</summary>
    /// <returns>False when <see cref="Find"/> would not find it.</returns>
    public bool Remove(string principal, string id)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out LinkedListNode<Entry>? node) || node.Value.Response.Principal != principal)
            {
                return false;
            }

            Drop(node);
            node.Value.Response.Cancel();
            return true;
        }
    }

    private void DropExpired()
    {
        DateTimeOffset now = time.GetUtcNow();
        LinkedListNode<Entry>? node = _byAge.First;
        while (node is not null && node.Value.Expires <= now)
        {
            LinkedListNode<Entry>? next = node.Next;
            if (!node.Value.Response.IsRunning)
            {
                Drop(node);
            }

            node = next;
        }
    }

    private void DropExcess()
    {
        DropExpired();
        LinkedListNode<Entry>? node = _byAge.First;
        while (node is not null && (_byId.Count > options.ResponseStoreCount || _bytes > options.ResponseStoreBytes))
        {
            LinkedListNode<Entry>? next = node.Next;
            if (!node.Value.Response.IsRunning) // its client has nothing but the id; the engine's queue bounds how many run
            {
                Drop(node);
            }

            node = next;
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        StoredResponse response = node.Value.Response;
        _byAge.Remove(node);
        _byId.Remove(response.Id);
        _bytes -= node.Value.Bytes;
        foreach (ResponseItem item in response.Input.Concat(response.Current.Output))
        {
            // A client may send an item again: it belongs to the newest response that has it.
            if (_byItem.TryGetValue((response.Principal, item.Id), out StoredResponse? owner) && owner == response)
            {
                _byItem.Remove((response.Principal, item.Id));
            }
        }
    }

    private void Index(StoredResponse response, IEnumerable<ResponseItem> items)
    {
        foreach (ResponseItem item in items)
        {
            _byItem[(response.Principal, item.Id)] = response;
        }
    }

    private sealed record Entry(StoredResponse Response, DateTimeOffset Expires, long Bytes);
}
