using MistralServe.Inference.Engine;

namespace MistralServe.OpenAi.Answers;

/// <summary>Is told how an answer comes about.</summary>
/// <param name="item">Progress of the prompt, text, or the end of a choice.</param>
/// <param name="content">The content that the event added to its choice, UTF-8; valid during the call.</param>
internal delegate void AnswerWatch(in GenerationEvent item, ReadOnlySpan<byte> content);
