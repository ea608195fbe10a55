namespace MistralServe.Bench;

/// <summary>An engine did not do what a case needs. Ends that engine's part of the round; the table says why.</summary>
internal sealed class BenchFailureException(string message) : Exception(message);
