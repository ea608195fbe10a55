using System.Text.Json.Serialization;
using MistralServe.Bench.Child;
using MistralServe.Bench.Peers;
using MistralServe.Bench.Report;

namespace MistralServe.Bench;

/// <summary>The JSON of child processes and of the result file.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BareSettings))]
[JsonSerializable(typeof(BareResult))]
[JsonSerializable(typeof(SamplingSettings))]
[JsonSerializable(typeof(SamplingResult))]
[JsonSerializable(typeof(MaskSettings))]
[JsonSerializable(typeof(MaskResult))]
[JsonSerializable(typeof(MistralRsResult))]
[JsonSerializable(typeof(BenchDocument))]
internal sealed partial class BenchJson : JsonSerializerContext;
