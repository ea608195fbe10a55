namespace MistralServe.OpenAi.Responses;

/// <summary>Ids of responses and their items.</summary>
internal static class ResponseIds
{
    /// <summary>A new id that nobody can guess.</summary>
    /// <param name="prefix">Names the kind: <c>resp_</c>, <c>msg_</c>, <c>rs_</c>, <c>fc_</c>, <c>fco_</c>.</param>
    public static string New(string prefix) => $"{prefix}{RequestIds.NewSuffix()}";
}
