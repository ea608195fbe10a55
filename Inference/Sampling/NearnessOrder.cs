using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>Scores nearest to a center first.</summary>
/// <param name="center">Finite.</param>
internal readonly struct NearnessOrder(float center) : ITokenOrder
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> RanksOf(Vector128<float> scores) => -DistancesOf(scores);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> DistancesOf(Vector128<float> scores) => Vector128.Abs(scores - Vector128.Create(center));
}
