using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// The merged schema: places, each with its alternatives, whose parts are places again. Equal sets of schemas are one place, so
/// that recursion ends. Belongs to one compilation.
/// </summary>
internal sealed class SchemaGraph
{
    /// <summary>Most levels of places that a question about emptiness looks into. Ours: constants that tell options apart are rarely deeper.</summary>
    private const int DeepestQuestion = 4;

    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly SchemaContext _context;
    private readonly SchemaExpander _expander;
    private readonly ObjectMerger _objects;
    private readonly ArrayMerger _arrays;
    private readonly NumberMerger _numbers;

    /// <summary>An empty graph.</summary>
    public SchemaGraph(SchemaContext context)
    {
        _context = context;
        _expander = new SchemaExpander(context, (terms, type) => IsEmpty(terms, type, 0));
        _objects = new ObjectMerger(context, this);
        _arrays = new ArrayMerger(context, this);
        _numbers = new NumberMerger(context);
        Never = new SchemaNode(-1, []) { Alternatives = [] };
    }

    /// <summary>The place that no value satisfies.</summary>
    public SchemaNode Never { get; }

    /// <summary>The place of some schemas.</summary>
    public SchemaNode GetNode(IReadOnlyList<Term> terms)
    {
        List<Term> distinct = [];
        foreach (Term term in terms)
        {
            if (term.IsNegated ? term.Schema.IsTrue : term.Schema.Boolean == false)
            {
                return Never;
            }

            bool saysNothing = term.IsNegated ? term.Schema.Boolean == false : term.Schema.IsTrue;
            if (!saysNothing && !distinct.Exists(other => other.Schema == term.Schema && other.IsNegated == term.IsNegated))
            {
                distinct.Add(new Term(term.Schema, term.IsNegated));
            }
        }

        string key = string.Join(',', distinct.Select(term => term.IsNegated ? ~term.Schema.Id : term.Schema.Id));
        if (!_nodes.TryGetValue(key, out SchemaNode? node))
        {
            node = new SchemaNode(_nodes.Count, distinct);
            _nodes.Add(key, node);
            if (_nodes.Count > SchemaLimits.Nodes)
            {
                _context.Fail(new SchemaProblem("", "#", $"merging its parts makes more than {SchemaLimits.Nodes} places; make it simpler"));
            }
        }

        return node;
    }

    /// <summary>
    /// Works out all places that are reached from a root, and how short their values can be.
    /// </summary>
    /// <returns>The places, the root first; incomplete when the context has a problem.</returns>
    public List<SchemaNode> Build(SchemaNode root)
    {
        List<SchemaNode> reached = [root];
        HashSet<SchemaNode> known = [root];
        for (int i = 0; i < reached.Count && _context.TryStep(); i++)
        {
            foreach (SchemaNode part in ExpandAll(reached[i]).SelectMany(SchemaSizes.GetParts))
            {
                if (known.Add(part))
                {
                    reached.Add(part);
                }
            }
        }

        return reached;
    }

    /// <summary>All alternatives of a place.</summary>
    public List<Alternative> ExpandAll(SchemaNode node)
    {
        if (node.Alternatives is not null)
        {
            return node.Alternatives;
        }

        List<Alternative> alternatives = [];
        foreach (JsonTypes type in JsonTypeNames.Each)
        {
            if (_context.Problem is not null)
            {
                break;
            }

            alternatives.AddRange(Expand(node.Terms, type));
        }

        if (_context.Mode != SchemaMode.Ignore)
        {
            node.Alternatives = alternatives;
        }

        return alternatives;
    }

    /// <summary>The language of texts that satisfy some schemas.</summary>
    public Pattern GetTexts(IReadOnlyList<Term> terms) => Pattern.AnyOf([.. _expander.Expand(terms, JsonTypes.String).Select(branch =>
        branch.Allowed is not null
            ? Pattern.Strings(FilterTexts(branch))
            : Pattern.AllOf([.. branch.Patterns, Pattern.Not(Pattern.Strings([.. branch.Excluded.Cast<string>()])), Pattern.Repeat(Pattern.AnyChar, branch.Min, branch.Max)]))]);

    private List<Alternative> Expand(IReadOnlyList<Term> terms, JsonTypes type)
    {
        // Most places have schemas that say at once which types they are for.
        if (terms.Any(term => !term.IsNegated && (_context.GetTypes(term.Schema) & type) == JsonTypes.None))
        {
            return [];
        }

        List<Alternative> alternatives = [];
        foreach (Branch branch in _expander.Expand(terms, type))
        {
            if (ToAlternative(branch) is { } alternative)
            {
                alternatives.Add(alternative);
            }
        }

        return alternatives;
    }

    private Alternative? ToAlternative(Branch branch)
    {
        switch (branch.Type)
        {
            case JsonTypes.Null:
                return IsAllowed(branch, ConstantValues.Null) ? new TextsAlternative(["null"]) : null;
            case JsonTypes.Boolean:
                string[] texts = [.. IsAllowed(branch, true) ? ["true"] : Array.Empty<string>(), .. IsAllowed(branch, false) ? ["false"] : Array.Empty<string>()];
                return texts.Length == 0 ? null : new TextsAlternative(texts);
            case JsonTypes.Number:
                return _numbers.Merge(branch);
            case JsonTypes.String:
                return ToString(branch);
            case JsonTypes.Array:
                return _arrays.Merge(branch);
            default:
                return _objects.Merge(branch);
        }
    }

    private static bool IsAllowed(Branch branch, object value) => branch.Allowed?.Contains(value) ?? !branch.Excluded.Contains(value);

    private Alternative? ToString(Branch branch)
    {
        if (branch.Allowed is not null)
        {
            List<string> texts = FilterTexts(branch);
            return texts.Count == 0 ? null : new TextsAlternative([.. texts.Select(JsonText.Quote)]);
        }

        List<Pattern> patterns = [.. branch.Patterns.Distinct()];
        patterns.AddRange(branch.Excluded.Count == 0 ? [] : [Pattern.Not(Pattern.Strings([.. branch.Excluded.Cast<string>()]))]);
        if (patterns.Count == 0)
        {
            return new StringAlternative(null, branch.Min, branch.Max);
        }

        Pattern pattern = Pattern.AllOf(patterns);
        bool isEmpty = (patterns.Count > 1 || branch.Min > 0 || branch.Max is not null) && _context.Patterns.IsEmpty(pattern, branch.Min, branch.Max);
        return isEmpty ? null : new StringAlternative(pattern, branch.Min, branch.Max);
    }

    private List<string> FilterTexts(Branch branch)
    {
        List<string> texts = [];
        foreach (string text in branch.Allowed!.Cast<string>())
        {
            int length = branch.Min == 0 && branch.Max is null ? 0 : text.EnumerateRunes().Count();
            if (length >= branch.Min && !(length > branch.Max) && branch.Patterns.TrueForAll(pattern => _context.Patterns.Matches(pattern, text) is true))
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>Whether provably no value of a type satisfies some schemas.</summary>
    private bool IsEmpty(IReadOnlyList<Term> terms, JsonTypes type, int depth) =>
        Expand(terms, type).TrueForAll(alternative => _context.Problem is null && IsEmpty(alternative, depth));

    private bool IsEmpty(Alternative alternative, int depth) => alternative switch
    {
        StringAlternative { Pattern: { } pattern } text => _context.Patterns.IsEmpty(pattern, text.Min, text.Max),
        ArrayAlternative array => (array.Min > array.Prefix.Count && (array.Rest is null || IsEmpty(array.Rest, depth)))
            || array.Prefix.Take(array.Min).Any(item => IsEmpty(item, depth)),
        ObjectAlternative @object => @object.Named.Any(member => member.IsRequired && IsEmpty(member.Value, depth)),
        _ => false,
    };

    private bool IsEmpty(SchemaNode node, int depth) =>
        node == Never || (depth < DeepestQuestion && _context.TryStep() && JsonTypeNames.Each.All(type => IsEmpty(node.Terms, type, depth + 1)));
}
