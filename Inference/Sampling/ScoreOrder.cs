using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>Higher scores first.</summary>
/// <param name="best">The highest score, finite.</param>
internal readonly struct ScoreOrder(float best) : ITokenOrder
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> RanksOf(Vector128<float> scores) => scores;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> DistancesOf(Vector128<float> scores) => Vector128.Create(best) - scores;
}
