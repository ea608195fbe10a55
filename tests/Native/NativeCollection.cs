namespace MistralServe.Tests.Native;

/// <summary>Tests that run an engine: one after the other, and not beside others, because compute threads spin.</summary>
[CollectionDefinition("native", DisableParallelization = true)]
public sealed class NativeCollection;
