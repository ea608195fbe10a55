using System.Text.Json.Serialization;

namespace MistralServe.Tests.Chat;

[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
