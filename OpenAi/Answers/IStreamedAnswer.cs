using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>What a stream of server-sent events says; when it says it is the <see cref="EventStream"/>'s. One loop owns it.</summary>
internal interface IStreamedAnswer
{
    /// <summary>Writes what comes before anything is generated.</summary>
    void WriteStart();

    /// <summary>Writes what an event of the generation gives.</summary>
    /// <returns>False after the last event of the answer.</returns>
    bool Write(in GenerationEvent item);

    /// <summary>Writes the end of an answer whose generation broke off without one.</summary>
    void WriteBroken();

    /// <summary>Writes something that clients ignore, because nothing was sent for a while.</summary>
    void WriteSilence();
}
