namespace MistralServe.Inference.Constraints.Grammar;

/// <summary>How the text of a <see cref="Pattern"/> is written in the output.</summary>
internal enum TextEncoding
{
    /// <summary>As it is, in UTF-8.</summary>
    Utf8,

    /// <summary>
    /// As a JSON string with its quotes. Every spelling that JSON knows is allowed: the character itself, the short escapes, and
    /// \uXXXX with surrogates in pairs. For text that the model makes up.
    /// </summary>
    JsonString,

    /// <summary>
    /// As a JSON string with its quotes, in one spelling only: an escape only for the quote, the backslash and control
    /// characters, the short one where there is one. For narrow patterns, where one way on should be one way on.
    /// </summary>
    JsonStringPlain,

    /// <summary>
    /// As a string in single quotes, as Python writes it: the escapes of <see cref="JsonString"/>, but <c>\'</c> instead of <c>\"</c>, which
    /// needs none.
    /// </summary>
    SingleQuoted,
}
