using System.Text.Json;
using MistralServe.Inference.Sampling;
using MistralServe.OpenAi;
using MistralServe.OpenAi.Parameters;

namespace MistralServe.Tests.OpenAi;

public sealed class SamplerListTests
{
    private static readonly SamplingOptions All = new()
    {
        RepetitionPenalty = 1.1f, FrequencyPenalty = 1, PresencePenalty = 1, DryMultiplier = 1, TopNSigma = 1, TopK = 5, TypicalP = 0.5f, TopP = 0.5f, MinP = 0.1f,
        XtcProbability = 0.5f, Temperature = 0.5f, DynamicTemperatureRange = 0.1f,
    };

    [Theory]
    [InlineData("[\"penalties\",\"dry\",\"top_n_sigma\",\"top_k\",\"typ_p\",\"top_p\",\"min_p\",\"xtc\",\"temperature\"]")]
    [InlineData("\"edskypmxt\"")]
    public void The_whole_list_changes_nothing(string json) => Assert.Equal(All, Apply(json));

    [Fact]
    public void What_is_left_away_is_off()
    {
        Assert.Equal(new SamplingOptions { TopK = 5, Temperature = 0.5f, DynamicTemperatureRange = 0.1f }, Apply("[\"top_k\",\"temperature\"]"));
        Assert.Equal(new SamplingOptions { TopK = 5, Temperature = 0.5f, DynamicTemperatureRange = 0.1f }, Apply("\"kt\""));
        Assert.Equal(new SamplingOptions(), Apply("[]"));
    }

    private static SamplingOptions Apply(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var errors = new RequestErrors();
        SamplingOptions options = SamplerListField.Apply(All, document.RootElement, errors);
        Assert.Null(errors.First);
        return options;
    }
}
