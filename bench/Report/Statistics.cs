namespace MistralServe.Bench.Report;

/// <summary>Medians and their intervals.</summary>
internal static class Statistics
{
    private const int Resamples = 4000;

    /// <summary>The median; the mean of the middle two when their number is even. The list must not be empty.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>A value that this share of the list does not exceed (nearest rank).</summary>
    public static double Percentile(IReadOnlyList<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>
    /// The 90 % interval of the median by bootstrap, always with the same draws. With fewer than five values it is practically
    /// from the lowest to the highest.
    /// </summary>
    public static (double Low, double High) MedianInterval(IReadOnlyList<double> values)
    {
        var random = new Random(1);
        double[] resample = new double[values.Count];
        double[] medians = new double[Resamples];
        for (int i = 0; i < Resamples; i++)
        {
            for (int j = 0; j < resample.Length; j++)
            {
                resample[j] = values[random.Next(values.Count)];
            }

            medians[i] = Median(resample);
        }

        return (Percentile(medians, 0.05), Percentile(medians, 0.95));
    }
}
