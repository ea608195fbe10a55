using MistralServe.Inference.Embedding;

namespace MistralServe.Tests.Embedding;

public sealed class EmbeddingVectorsTests
{
    [Theory]
    [InlineData(2, new[] { 0.6f, 0.8f })]
    [InlineData(1, new[] { 1f })]
    public void The_first_numbers_are_scaled_to_length_1(int dimensions, float[] expected)
    {
        float[] vector = [3, 4, 12];
        Assert.Equal(expected, EmbeddingVectors.Normalize(vector, dimensions));
        Assert.Equal([3, 4, 12], vector);
    }

    [Fact]
    public void Zeros_stay_zeros() => Assert.Equal([0, 0], EmbeddingVectors.Normalize([0, 0], 2)!);

    [Fact]
    public void Large_numbers_do_not_overflow() => Assert.Equal([-1f, 0], EmbeddingVectors.Normalize([-3e38f, 0], 2)!);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_no_number_gives_nothing(float value) => Assert.Null(EmbeddingVectors.Normalize([1, value], 2));
}
