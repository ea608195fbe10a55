namespace MistralServe.Inference.Engine;

/// <summary>A token that is found in text by its spelling, before the text is split into others.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its spelling as UTF-8, not empty.</param>
/// <param name="IsControl">True for control and unknown tokens, which text only becomes when that is asked for; false for tokens that a model's author added to the vocabulary, which any text becomes.</param>
/// <param name="StripsLeft">Whether white space before it is swallowed.</param>
/// <param name="StripsRight">Whether white space after it is swallowed.</param>
internal sealed record SpecialToken(int Id, byte[] Text, bool IsControl, bool StripsLeft, bool StripsRight);
