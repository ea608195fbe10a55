using System.Runtime.Intrinsics;
using MistralServe.Inference.Sampling;

namespace MistralServe.Tests.Sampling;

public sealed class VectorExpTests
{
    [Fact]
    public void Relative_error_is_below_two_to_the_minus_22()
    {
        for (int i = 0; i <= 860_000; i++)
        {
            float x = -i * 1e-4f;
            double expected = Math.Exp(x);
            Assert.InRange(VectorExp.Exp(Vector128.Create(x)).ToScalar() / expected, 1 - Math.Pow(2, -22), 1 + Math.Pow(2, -22));
        }

        Assert.Equal(1, VectorExp.Exp(Vector128<float>.Zero).ToScalar());
    }
}
