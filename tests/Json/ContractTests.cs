using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using MistralServe.Json;

namespace MistralServe.Tests.Json;

/// <summary>The contracts that only write can write: what they cannot is found at run time only, by the client that asks for it.</summary>
public sealed class ContractTests
{
    public static TheoryData<string, Type> Records => new(
        ((JsonSerializerContext[])[OpenAiJsonContext.Default, McpJsonContext.Default]).SelectMany(context =>
            context.GetType().GetCustomAttributesData()
                .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
                .Select(attribute => (context.GetType().Name, (Type)attribute.ConstructorArguments[0].Value!))
                .Where(row => row.Item2.IsClass && !row.Item2.IsArray && row.Item2 != typeof(string))));

    [Theory]
    [MemberData(nameof(Records))]
    public void A_listed_record_can_be_written(string context, Type record)
    {
        JsonSerializerContext contracts = context == nameof(OpenAiJsonContext) ? OpenAiJsonContext.Default : McpJsonContext.Default;
        using var writer = new Utf8JsonWriter(Stream.Null);
        try
        {
            JsonSerializer.Serialize(writer, RuntimeHelpers.GetUninitializedObject(record), contracts.GetTypeInfo(record)!);
        }
        catch (Exception exception) when (!exception.Message.Contains(nameof(JsonSourceGenerationMode), StringComparison.Ordinal))
        {
            // An empty instance lacks what the type promises; the contract was tried, and that is all.
        }
    }

    [Fact]
    public void Every_member_of_a_family_is_listed()
    {
        Type[] types = typeof(OpenAiJsonContext).Assembly.GetTypes();
        List<Type> families = [.. types.Where(type => type.GetCustomAttribute<JsonConverterAttribute>(inherit: false)?.ConverterType is { IsGenericType: true } converter
            && converter.GetGenericTypeDefinition() == typeof(FamilyConverter<>))];
        Assert.NotEmpty(families);
        Assert.All(
            types.Where(type => !type.IsAbstract && families.Exists(family => type.IsSubclassOf(family))),
            member => Assert.NotNull(OpenAiJsonContext.Default.GetTypeInfo(member)));
    }
}
