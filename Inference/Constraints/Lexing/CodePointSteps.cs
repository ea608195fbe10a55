namespace MistralServe.Inference.Constraints.Lexing;

/// <summary>Parts of a row of steps over code points, ascending and disjoint. Stateless; any thread.</summary>
internal static class CodePointSteps
{
    /// <summary>Where a code point leads; null when nowhere.</summary>
    public static int? Find(CodePointStep[] steps, int point)
    {
        CodePointStep[] found = Slice(steps, point, point);
        return found.Length == 0 ? null : found[0].Target;
    }

    /// <summary>The steps of a range of code points.</summary>
    public static CodePointStep[] Slice(CodePointStep[] steps, int first, int last)
    {
        int low = 0;
        int high = steps.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (steps[middle].Last < first)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        int end = low;
        while (end < steps.Length && steps[end].First <= last)
        {
            end++;
        }

        if (low == end)
        {
            return [];
        }

        CodePointStep[] result = steps[low..end];
        result[0] = result[0] with { First = Math.Max(first, result[0].First) };
        result[^1] = result[^1] with { Last = Math.Min(last, result[^1].Last) };
        return result;
    }

    /// <summary>The steps with code points counted from one on.</summary>
    public static CodePointStep[] Relative(CodePointStep[] steps, int first) =>
        Array.ConvertAll(steps, step => new CodePointStep(step.First - first, step.Last - first, step.Target));
}
