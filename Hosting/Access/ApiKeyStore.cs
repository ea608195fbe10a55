using System.Security.Cryptography;
using System.Text;

namespace MistralServe.Hosting.Access;

/// <summary>
/// The keys that callers may present, as SHA-256 digests: the keys themselves are not kept. Immutable; any thread.
/// </summary>
internal sealed class ApiKeyStore
{
    /// <summary>Largest key file in bytes. Ours: ten thousand keys of a hundred characters.</summary>
    public const int MaxFileBytes = 1 << 20;

    private readonly List<(byte[] Digest, string Name)> _keys = [];

    private ApiKeyStore()
    {
    }

    /// <summary>Keys that are configured.</summary>
    public int Count => _keys.Count;

    /// <summary>Whether no key is configured, so that every caller is let in.</summary>
    public bool IsEmpty => _keys.Count == 0;

    /// <summary>
    /// Reads the keys that the settings name.
    /// </summary>
    /// <returns>The store, or a sentence that says what is wrong; it names lines and never contains a key.</returns>
    public static (ApiKeyStore? Store, string? Problem) Load(ServeSettings settings)
    {
        ApiKeyStore store = new();
        if (settings.ApiKey is { } key)
        {
            store.TryAdd(key, "");
        }

        if (settings.ApiKeyFile is not { } path)
        {
            return (store, null);
        }

        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                return (null, $"--api-key-file: {path} is larger than {MaxFileBytes} bytes.");
            }

            return store.AddLines(File.ReadAllLines(path)) is { } problem ? (null, $"--api-key-file: {path} {problem}") : (store, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"--api-key-file: cannot read {path}; give the path of a readable file.");
        }
    }

    /// <summary>
    /// The name of a presented key, or null when it is none of ours. Every digest is compared in constant time, and all of them
    /// whether or not one has matched, so that the time tells nothing about the keys.
    /// </summary>
    public string? FindName(ReadOnlySpan<char> presented)
    {
        byte[] digest = Digest(presented);
        string? found = null;
        foreach ((byte[] known, string name) in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(known, digest) ? name : found;
        }

        return found;
    }

    private string? AddLines(string[] lines)
    {
        int before = _keys.Count;
        for (int index = 0; index < lines.Length; index++)
        {
            string line = lines[index].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            string[] parts = line.Split((char[]?)null, 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (parts[0].Any(character => character is <= ' ' or > '~'))
            {
                return $"has a key with characters beyond visible ASCII in line {index + 1}.";
            }

            if (!TryAdd(parts[0], parts.Length > 1 ? parts[1] : ""))
            {
                return $"repeats a key in line {index + 1}.";
            }
        }

        return _keys.Count == before ? "holds no key; a line is 'KEY [NAME]'." : null;
    }

    private bool TryAdd(string key, string name)
    {
        if (FindName(key) is not null)
        {
            return false;
        }

        // Eight hex digits tell keys without a name apart in a log and are of no use to guess one.
        byte[] digest = Digest(key);
        _keys.Add((digest, name.Length > 0 ? name : "key-" + Convert.ToHexStringLower(digest.AsSpan(0, 4))));
        return true;
    }

    private static byte[] Digest(ReadOnlySpan<char> key)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(key)];
        Encoding.UTF8.GetBytes(key, utf8);
        return SHA256.HashData(utf8);
    }
}
