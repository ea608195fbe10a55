using System.Text;
using System.Text.Json;
using MistralServe.Json;

namespace MistralServe.Tests.Json;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("""plain \n \\ \" \/ """, false)]
    [InlineData("""\u0041\u00e9""", false)]
    [InlineData("""\ud83d\ude00""", false)]
    [InlineData("""\uD83D\uDE00\uD83D\uDE00""", false)]
    [InlineData("""\\ud800""", false)]
    [InlineData("""\\\ud800""", true)]
    [InlineData("""\ud800""", true)]
    [InlineData("""\udc00""", true)]
    [InlineData("""\ud800 \udc00""", true)]
    [InlineData("""\ud800\n""", true)]
    [InlineData("""\ud800\u0041""", true)]
    [InlineData("""\ud800\ud800\udc00""", true)]
    public void Unpaired_surrogates_are_found(string text, bool unpaired)
    {
        string json = $"\"{text}\"";
        Assert.Equal(unpaired, JsonText.HasUnpairedSurrogate(Encoding.UTF8.GetBytes(json)));

        // The slow second opinion: the parser's own, which fails when such a string is read.
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal(unpaired, Record.Exception(() => document.RootElement.GetString()) is InvalidOperationException);
        Assert.Equal(!unpaired, JsonText.IsWellFormed(document.RootElement));
    }
}
