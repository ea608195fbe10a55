using System.Text;
using MistralServe.Inference.Chat.ToolFormats;
using MistralServe.Inference.Engine;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat.Reasoning;

/// <summary>
/// Limits the tokens of a block of reasoning: when they are spent, the text that closes the block is forced, and the answer goes on
/// behind it. Works with any other constraint, which must allow free text inside the block. Immutable; any thread.
/// </summary>
/// <param name="vocabulary">The model's tokens.</param>
/// <param name="format">The block's marks.</param>
/// <param name="markers">Which marks are control tokens.</param>
/// <param name="budget">Most tokens inside the block, at least 0. Up to <see cref="ReasoningBudgetConstraint.Grace"/> more finish a character or a closing mark.</param>
/// <param name="isOpen">Whether the answer begins inside the block (<see cref="ReasoningFormat.IsOpen"/>).</param>
/// <param name="inner">What else holds; null means nothing.</param>
internal sealed class ReasoningBudgetFactory(
    IVocabulary vocabulary, ReasoningFormat format, MarkerTokens markers, int budget, bool isOpen, ITokenConstraintFactory? inner) : ITokenConstraintFactory
{
    /// <summary>Tokens that close the block.</summary>
    public int[] ForcedTokens { get; } = vocabulary.Tokenize(Encoding.UTF8.GetBytes(format.ForcedClose), addSpecial: false, parseSpecial: true);

    /// <summary>Bytes of the opening mark.</summary>
    public byte[] Open { get; } = Encoding.UTF8.GetBytes(format.Open);

    /// <summary>Texts that end the block, the closing mark first.</summary>
    public byte[][] Ends { get; } = [Encoding.UTF8.GetBytes(format.Close), .. format.Interrupts.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Most tokens inside the block.</summary>
    public int Budget => budget;

    /// <summary>Whether the answer begins inside the block.</summary>
    public bool IsOpen => isOpen;

    /// <summary>Number of tokens.</summary>
    public int VocabularySize => vocabulary.Count;

    /// <summary>Bytes of the longest token or mark.</summary>
    public int LongestTokenBytes => Math.Max(vocabulary.LongestTokenBytes, markers.Texts.Count == 0 ? 0 : markers.Texts.Values.Max(text => text.Length));

    /// <summary>The text of a token as the parser sees it.</summary>
    public ReadOnlySpan<byte> GetText(int token) => markers.Texts.TryGetValue(token, out byte[]? text) ? text : vocabulary.GetBytes(token);

    /// <inheritdoc/>
    public ITokenConstraint Create() => new ReasoningBudgetConstraint(this, inner?.Create());
}
