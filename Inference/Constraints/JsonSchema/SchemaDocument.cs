using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// A schema document that was read within <see cref="SchemaLimits"/>: all schemas in it, and where references lead. References
/// lead to places of the document only; nothing is ever fetched. One compilation owns it; one thread.
/// </summary>
internal sealed class SchemaDocument
{
    private static readonly Uri DefaultBase = new("schema:///");

    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SchemaLocation>> _dynamicAnchors = new(StringComparer.Ordinal);
    private readonly JsonElement _json;
    private Dictionary<string, SchemaLocation>? _byPath;

    private SchemaDocument(JsonElement json)
    {
        _json = json;
        string dialect = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("$schema", out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";
        IdKeyword = dialect.Contains("draft-04", StringComparison.Ordinal) || dialect.Contains("draft-03", StringComparison.Ordinal) ? "id" : "$id";
    }

    /// <summary>The schema that a value must satisfy.</summary>
    public SchemaLocation Root { get; private set; } = null!;

    /// <summary>How the document writes the URI of a resource: the oldest drafts have <c>id</c>.</summary>
    public string IdKeyword { get; }

    /// <summary>All schemas read so far.</summary>
    public List<SchemaLocation> Locations { get; } = [];

    /// <summary>Reads a document.</summary>
    /// <param name="json">The schema.</param>
    /// <returns>The document, or the first problem: beyond a limit, or a keyword with a value of the wrong kind.</returns>
    public static (SchemaDocument? Document, SchemaProblem? Problem) Read(JsonElement json)
    {
        if (CheckSize(JsonMarshal.GetRawUtf8Value(json)) is { } tooLarge)
        {
            return (null, new SchemaProblem("", "#", tooLarge));
        }

        SchemaDocument document = new(json);
        SchemaReader reader = new(document);
        SchemaResource whole = document.AddResource(DefaultBase);
        SchemaLocation? root = reader.Read(json, null, "", whole);
        document.Root = whole.Root = root!;
        return root is null ? (null, reader.Problem) : (document, null);
    }

    /// <summary>Takes a schema into <see cref="Locations"/>.</summary>
    public SchemaLocation Add(SchemaLocation location)
    {
        Locations.Add(location);
        return location;
    }

    /// <summary>A schema that is not written in the document but follows from a keyword of it.</summary>
    public SchemaLocation AddDerived(SchemaLocation parent, params ReadOnlySpan<SchemaKeyword> keywords)
    {
        SchemaLocation location = Add(new SchemaLocation { Id = Locations.Count, Parent = parent, Step = "", Resource = parent.Resource });
        location.Keywords.AddRange(keywords);
        return location;
    }

    /// <summary>A resource by URI, made when it is new.</summary>
    public SchemaResource AddResource(Uri uri)
    {
        ref SchemaResource? resource = ref CollectionsMarshal.GetValueRefOrAddDefault(_resources, uri.GetLeftPart(UriPartial.Query), out _);
        return resource ??= new SchemaResource(uri);
    }

    /// <summary>Notes a <c>$dynamicAnchor</c>.</summary>
    public void AddDynamicAnchor(string name, SchemaLocation location)
    {
        if (!_dynamicAnchors.TryGetValue(name, out List<SchemaLocation>? places))
        {
            _dynamicAnchors.Add(name, places = []);
        }

        places.Add(location);
    }

    /// <summary>Where a reference leads.</summary>
    /// <param name="from">The schema that has the keyword.</param>
    /// <param name="keyword"><c>$ref</c>, <c>$dynamicRef</c> or <c>$recursiveRef</c>.</param>
    public (SchemaLocation? Target, SchemaProblem? Problem) Resolve(SchemaLocation from, SchemaKeyword keyword)
    {
        string reference = keyword.Names[0];
        if (!Uri.TryCreate(from.Resource.Base, reference, out Uri? uri))
        {
            return (null, from.Problem(keyword.Name, "it is no URI reference"));
        }

        string withoutFragment = reference.Length == 0 || reference[0] == '#'
            ? from.Resource.Base.GetLeftPart(UriPartial.Query)
            : uri.GetLeftPart(UriPartial.Query);
        if (!_resources.TryGetValue(withoutFragment, out SchemaResource? resource) || resource.Root is null)
        {
            return (null, from.Problem(keyword.Name, "it leads out of the document, and nothing is fetched; put the schema under $defs"));
        }

        int hash = reference.IndexOf('#', StringComparison.Ordinal);
        string fragment = hash < 0 ? "" : Uri.UnescapeDataString(reference[(hash + 1)..]);
        if (keyword.Name == "$recursiveRef" && _resources.Count > 1)
        {
            return (null, from.Problem(keyword.Name, "where it leads depends on the caller"));
        }

        if (fragment.Length > 0 && fragment[0] != '/')
        {
            return ResolveAnchor(from, keyword, resource, fragment);
        }

        SchemaProblem? problem = null;
        SchemaLocation? target = fragment.Length == 0 ? resource.Root : FindByPointer(resource, fragment, out problem);
        return target is null ? (null, problem ?? from.Problem(keyword.Name, $"nothing is at {Cut(reference)}")) : (target, null);
    }

    private (SchemaLocation? Target, SchemaProblem? Problem) ResolveAnchor(
        SchemaLocation from, SchemaKeyword keyword, SchemaResource resource, string anchor)
    {
        if (!resource.Anchors.TryGetValue(anchor, out SchemaLocation? target))
        {
            return (null, from.Problem(keyword.Name, $"the document has no anchor {Cut(anchor)}"));
        }

        bool isDynamic = keyword.Name == "$dynamicRef" && _dynamicAnchors.TryGetValue(anchor, out List<SchemaLocation>? places)
            && places.Contains(target) && places.Count > 1;
        return isDynamic ? (null, from.Problem(keyword.Name, "where it leads depends on the caller")) : (target, null);
    }

    private SchemaLocation? FindByPointer(SchemaResource resource, string pointer, out SchemaProblem? problem)
    {
        problem = null;
        _byPath ??= Locations.Where(location => location.Step.Length > 0 || location.Parent is null)
            .GroupBy(location => location.Path).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        string path = resource.Root.Path + pointer;
        if (_byPath.TryGetValue(path, out SchemaLocation? location))
        {
            return location;
        }

        // Not at a place where schemas stand by rule, for example under an unknown keyword: read it now.
        JsonElement json = _json;
        foreach (string part in path.Split('/').Skip(1))
        {
            string name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (json.ValueKind == JsonValueKind.Array && int.TryParse(name, out int index) && index >= 0 && index < json.GetArrayLength())
            {
                json = json[index];
            }
            else if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return null;
            }
        }

        SchemaReader reader = new(this);
        location = reader.Read(json, null, path[1..], resource);
        problem = reader.Problem;
        if (location is not null)
        {
            _byPath.Add(path, location);
        }

        return location;
    }

    /// <summary>A name out of the document for a message.</summary>
    public static string Cut(string name) => Gguf.GgufProblem.Quote(name);

    /// <summary>What a schema must be before it is looked at; null when it is that.</summary>
    private static string? CheckSize(ReadOnlySpan<byte> json)
    {
        if (json.Length > SchemaLimits.Bytes)
        {
            return $"it has {json.Length} bytes, and {SchemaLimits.Bytes} are allowed";
        }

        int depth = 0;
        bool isText = false;
        for (int i = 0; i < json.Length; i++)
        {
            byte c = json[i];
            if (isText)
            {
                isText = c != '"';
                if (c == '\\' && !TrySkipEscape(json, ref i))
                {
                    return "a text in it has half a surrogate pair";
                }
            }
            else if (c is (byte)'{' or (byte)'[' && ++depth > SchemaLimits.Depth)
            {
                return $"it is nested deeper than {SchemaLimits.Depth} levels";
            }
            else
            {
                depth -= c is (byte)'}' or (byte)']' ? 1 : 0;
                isText = c == '"';
            }
        }

        return null;
    }

    /// <summary>Moves from a backslash to the end of its escape, or of the pair of escapes; false for half a pair.</summary>
    private static bool TrySkipEscape(ReadOnlySpan<byte> json, ref int index)
    {
        index++;
        if (json[index] != 'u')
        {
            return true;
        }

        int unit = ReadUnit(json[(index + 1)..]);
        index += 4;
        if (unit is < 0xD800 or > 0xDFFF)
        {
            return true;
        }

        bool isPair = unit < 0xDC00 && json[(index + 1)..].StartsWith("\\u"u8) && ReadUnit(json[(index + 3)..]) is >= 0xDC00 and <= 0xDFFF;
        index += 6;
        return isPair;
    }

    private static int ReadUnit(ReadOnlySpan<byte> json) =>
        Utf8Parser.TryParse(json[..4], out int unit, out int read, 'x') && read == 4 ? unit : 0;
}
