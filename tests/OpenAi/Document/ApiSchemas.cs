using System.Collections.Frozen;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MistralServe.Json;

namespace MistralServe.Tests.OpenAi.Document;

/// <summary>
/// The JSON Schemas of wire records, made from the same contracts that write them: each record is one named component, wherever it is used. One
/// document, one thread.
/// </summary>
internal sealed class ApiSchemas
{
    private const string Prefix = "#/components/schemas/";

    // The program's own contracts can only write; these describe themselves.
    private static readonly JsonSerializerOptions Contracts = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private static readonly JsonSchemaExporterOptions ExporterOptions = new() { TreatNullObliviousAsNonNullable = true };

    private readonly JsonObject _components = [];
    private bool _isRequest;

    /// <summary>The components so far, by name.</summary>
    public JsonObject Components => _components;

    /// <summary>A reference to the schema of a wire record.</summary>
    /// <param name="type">The type.</param>
    /// <param name="isRequest">Whether clients send it: then only what they must send is required; an answer has all its keys.</param>
    public JsonNode Refer(Type type, bool isRequest)
    {
        _isRequest = isRequest;
        return Export(Contracts.GetTypeInfo(type));
    }

    private JsonNode Export(JsonTypeInfo type) =>
        JsonSchemaExporter.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = ExporterOptions.TreatNullObliviousAsNonNullable,
            TransformSchemaNode = Transform,
        });

    // Called for inner schemas first, so an object's properties are references already when it becomes one itself.
    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (IsFamily(context.TypeInfo.Type))
        {
            return Decorate(context, ReferFamily(context.TypeInfo.Type), context.PropertyInfo?.IsGetNullable ?? false);
        }

        if (schema is not JsonObject node)
        {
            return schema; // true: anything
        }

        bool isNullable = IsNullable(context, TakeNull(node));

        // The exporter points at a type that it has seen before by its place in the tree, which is no place in the document.
        if (node["$ref"]?.GetValue<string>() is { } pointer && !pointer.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Decorate(context, Export(context.TypeInfo), isNullable);
        }

        if (context.TypeInfo.Kind != JsonTypeInfoKind.Object || node["$ref"] is not null)
        {
            return Decorate(context, node, isNullable);
        }

        string name = context.TypeInfo.Type.Name;
        Require(context.TypeInfo, node);
        if (FamilyOf(context.TypeInfo.Type) is not null)
        {
            node["properties"]!["type"] = new JsonObject { ["const"] = TypeOf(context.TypeInfo.Type) };
        }

        _components[name] = node.DeepClone();
        return Decorate(context, new JsonObject { ["$ref"] = Prefix + name }, isNullable);
    }

    private JsonObject ReferFamily(Type family)
    {
        if (_components[family.Name] is null)
        {
            _components[family.Name] = new JsonObject(); // members may have members of their own family
            IEnumerable<Type> members = family.Assembly.GetTypes().Where(type => !type.IsAbstract && FamilyOf(type) == family);
            _components[family.Name] = new JsonObject { ["anyOf"] = new JsonArray([.. members.Select(member => Refer(member, _isRequest))]) };
        }

        return new JsonObject { ["$ref"] = Prefix + family.Name };
    }

    private static bool IsFamily(Type type) =>
        type.GetCustomAttribute<JsonConverterAttribute>(inherit: false)?.ConverterType is { IsGenericType: true } converter && converter.GetGenericTypeDefinition() == typeof(FamilyConverter<>);

    private static Type? FamilyOf(Type type)
    {
        Type? ancestor = type.BaseType;
        while (ancestor is not null && !IsFamily(ancestor))
        {
            ancestor = ancestor.BaseType;
        }

        return ancestor;
    }

    // The word is an argument of the base's constructor, the same for every instance.
    private static string TypeOf(Type member)
    {
        ConstructorInfo constructor = member.GetConstructors().Single();
        object instance = constructor.Invoke(new object?[constructor.GetParameters().Length]);
        PropertyInfo word = member.GetProperties().Single(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name == "type");
        return (string)word.GetValue(instance)!;
    }

    // Of an answer's key only the getter counts. The exporter looks at both sides, and forgets them where it points at a type seen before.
    private bool IsNullable(JsonSchemaExporterContext context, bool exported) =>
        context.PropertyInfo is { } property && !_isRequest ? property.IsGetNullable

            // Maps in lists are those of log probabilities; what nothing came before has none.
            : exported || (context.PropertyInfo is null && context.TypeInfo.Kind == JsonTypeInfoKind.Dictionary && context.Path.Length > 0);

    private void Require(JsonTypeInfo type, JsonObject node)
    {
        if (_isRequest || node["properties"] is not JsonObject properties)
        {
            return;
        }

        FrozenSet<string> optional = type.Properties.Where(IsOptional).Select(property => property.Name).ToFrozenSet(StringComparer.Ordinal);
        node["required"] = new JsonArray([.. properties.Select(property => property.Key).Where(name => !optional.Contains(name)).Select(name => JsonValue.Create(name))]);
    }

    private static bool IsOptional(JsonPropertyInfo property) =>
        Find<JsonIgnoreAttribute>(property.AttributeProvider) is { Condition: JsonIgnoreCondition.WhenWritingNull or JsonIgnoreCondition.WhenWritingDefault };

    // Takes "null" out of the schema's types; it is put back around the finished node.
    private static bool TakeNull(JsonObject node)
    {
        if (node["type"] is not JsonArray types || types.FirstOrDefault(type => type!.GetValue<string>() == "null") is not { } absent)
        {
            return false;
        }

        types.Remove(absent);
        if (types.Count == 1)
        {
            node["type"] = types[0]!.DeepClone();
        }

        return true;
    }

    private static JsonNode Decorate(JsonSchemaExporterContext context, JsonNode schema, bool isNullable)
    {
        JsonNode result = isNullable ? new JsonObject { ["anyOf"] = new JsonArray(schema.DeepClone(), new JsonObject { ["type"] = "null" }) } : schema;
        ICustomAttributeProvider? attributes = context.PropertyInfo?.AttributeProvider;
        string? description = Find<DescriptionAttribute>(attributes)?.Description;
        RangeAttribute? range = Find<RangeAttribute>(attributes);
        if (description is null && range is null)
        {
            return result;
        }

        JsonObject decorated = result as JsonObject ?? [];
        if (description is not null)
        {
            decorated["description"] = description;
        }

        if (range is not null)
        {
            // A bound of 32 bits only says that the engine cuts to the context.
            AddBound(decorated, "minimum", range.Minimum, noBound: int.MinValue);
            AddBound(decorated, "maximum", range.Maximum, noBound: int.MaxValue);
        }

        return decorated;
    }

    private static void AddBound(JsonObject schema, string keyword, object bound, int noBound)
    {
        if (bound is double number)
        {
            schema[keyword] = number;
        }
        else if (bound is int integer && integer != noBound)
        {
            schema[keyword] = integer;
        }
    }

    private static T? Find<T>(ICustomAttributeProvider? attributes)
        where T : Attribute =>
        attributes?.GetCustomAttributes(typeof(T), inherit: true).OfType<T>().FirstOrDefault();
}
