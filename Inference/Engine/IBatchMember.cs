namespace MistralServe.Inference.Engine;

/// <summary>A sequence that has rows in a batch.</summary>
internal interface IBatchMember
{
    /// <summary>The sequence.</summary>
    SequenceSlot Slot { get; }
}
