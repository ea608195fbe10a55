using MistralServe.Inference.Engine;

namespace MistralServe.Tests.Engine;

/// <summary>How long a guess is.</summary>
public sealed class DraftLookupTests
{
    [Theory]
    [InlineData(new[] { 1, 2 }, 0)]
    [InlineData(new[] { 1, 2, 3 }, 1)]
    [InlineData(new[] { 0, 1, 2, 3 }, 2)]
    [InlineData(new[] { 90, 0, 1, 2, 3 }, 3)]
    [InlineData(new[] { 92, 91, 90, 0, 1, 2, 3 }, 4)]
    [InlineData(new[] { 93, 92, 91, 90, 0, 1, 2, 3 }, 4)]
    public void A_guess_is_as_long_as_the_places_agree_and_at_first_no_longer_than_four(int[] end, int expected)
    {
        int[] text = [93, 92, 91, 90, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 77, .. end];
        int[] draft = new int[16];
        int count = new DraftLookup(65_536, 16).Propose(text, draft);
        Assert.Equal(expected, count);
        Assert.Equal([.. ((int[])[4, 5, 6, 7])[..count]], draft[..count]);
    }

    [Fact]
    public void Guesses_that_were_right_let_the_next_be_longer()
    {
        int[] text = [.. Enumerable.Range(0, 40), 77, .. Enumerable.Range(0, 20)];
        int[] draft = new int[16];
        DraftLookup lookup = new(65_536, 16);
        Assert.Equal(4, lookup.Propose(text, draft));
        lookup.Learn(4, 4);
        Assert.Equal(8, lookup.Propose(text, draft));
        lookup.Learn(8, 8);
        Assert.Equal(16, lookup.Propose(text, draft));
        lookup.Learn(16, 2);
        Assert.Equal(3, lookup.Propose(text, draft));
        lookup.Learn(3, 0);
        Assert.Equal(0, lookup.Propose(text, draft));
    }
}
