using System.Text.Json;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// One schema of a document with the keywords that mean something here. Belongs to the <see cref="SchemaDocument"/> that read it.
/// </summary>
internal sealed class SchemaLocation
{
    /// <summary>Number within the document.</summary>
    public required int Id { get; init; }

    /// <summary>The schema that this one stands in; null for the root.</summary>
    public SchemaLocation? Parent { get; init; }

    /// <summary>Pointer from the parent, for example <c>/properties/a</c>; for a root, from the document.</summary>
    public required string Step { get; init; }

    /// <summary>The resource (document part with an own URI) that it belongs to; set once while reading.</summary>
    public SchemaResource Resource { get; set; } = null!;

    /// <summary>The value of a boolean schema; null for an object.</summary>
    public bool? Boolean { get; init; }

    /// <summary>Keywords in the order of the document; annotations and unknown words are not among them.</summary>
    public List<SchemaKeyword> Keywords { get; } = [];

    /// <summary>JSON pointer from the document's root with a leading <c>#</c>.</summary>
    public string Path => Parent is null ? "#" + Step : Parent.Path + Step;

    /// <summary>Whether it accepts everything.</summary>
    public bool IsTrue => Boolean ?? Keywords.Count == 0;

    /// <summary>A keyword by name; null when it is not there.</summary>
    public SchemaKeyword? Find(string name)
    {
        foreach (SchemaKeyword keyword in Keywords)
        {
            if (keyword.Name == name)
            {
                return keyword;
            }
        }

        return null;
    }

    /// <summary>A problem with one of its keywords.</summary>
    public SchemaProblem Problem(string keyword, string reason) => new(keyword, Path, reason);
}

/// <summary>
/// A keyword with its checked value; which property is set follows from the keyword.
/// </summary>
/// <param name="Name">Its name in JSON Schema 2020-12; older spellings are translated.</param>
internal sealed record SchemaKeyword(string Name)
{
    /// <summary>One subschema: <c>not</c>, <c>items</c>, <c>additionalProperties</c>, ….</summary>
    public SchemaLocation? Schema { get; init; }

    /// <summary>A list of subschemas: <c>anyOf</c>, <c>prefixItems</c>, ….</summary>
    public IReadOnlyList<SchemaLocation> List { get; init; } = [];

    /// <summary>Subschemas by name or pattern, in order.</summary>
    public SchemaMap? Map { get; init; }

    /// <summary>Values of <c>const</c> and <c>enum</c>.</summary>
    public IReadOnlyList<JsonElement> Values { get; init; } = [];

    /// <summary>Names of <c>required</c> and of <c>type</c>; the text of <c>pattern</c>, <c>format</c> and references.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Names by name: <c>dependentRequired</c>.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<string> Needs)> Dependencies { get; init; } = [];

    /// <summary>A count; those above the range of an int are cut to it.</summary>
    public int Count { get; init; }

    /// <summary>A bound or divisor.</summary>
    public JsonDecimal Number { get; init; }
}

/// <summary>Subschemas by name, in the order of the document. Immutable.</summary>
/// <param name="entries">Names are distinct.</param>
internal sealed class SchemaMap(IReadOnlyList<(string Name, SchemaLocation Schema)> entries)
{
    private readonly Dictionary<string, SchemaLocation> _byName = entries.ToDictionary(entry => entry.Name, entry => entry.Schema, StringComparer.Ordinal);

    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<(string Name, SchemaLocation Schema)> Entries { get; } = entries;

    /// <summary>The schema of a name; null when there is none.</summary>
    public SchemaLocation? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>A part of a document with a URI of its own: the target of references.</summary>
/// <param name="Base">Absolute URI without fragment.</param>
internal sealed record SchemaResource(Uri Base)
{
    /// <summary>Its root; set once while reading.</summary>
    public SchemaLocation Root { get; set; } = null!;

    /// <summary>Named places in it, dynamic ones too.</summary>
    public Dictionary<string, SchemaLocation> Anchors { get; } = new(StringComparer.Ordinal);
}
