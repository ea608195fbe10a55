using System.Runtime.Intrinsics;

namespace MistralServe.Inference.Sampling;

/// <summary>
/// In which order truncation keeps tokens. Implemented by structs, so that passes over the vocabulary are compiled once for each.
/// </summary>
internal interface ITokenOrder
{
    /// <summary>Numbers that are higher for scores that come earlier; among equal numbers the lower index comes first. NaN stays NaN.</summary>
    Vector128<float> RanksOf(Vector128<float> scores);

    /// <summary>
    /// Distances that never fall along the order; rounding may make some equal that the order tells apart, which is good enough
    /// for buckets.
    /// </summary>
    Vector128<float> DistancesOf(Vector128<float> scores);
}
