using MistralServe.Inference.Chat.ToolFormats.Parsing;
using MistralServe.Inference.Sampling;

namespace MistralServe.Inference.Chat.Reasoning;

/// <summary>
/// One sequence's state of a <see cref="ReasoningBudgetFactory"/>: watches for the opening mark at the start and for the closing one,
/// counts tokens between them, and forces the closing text when they are too many. Engine thread only.
/// </summary>
internal sealed class ReasoningBudgetConstraint : ITokenConstraint
{
    /// <summary>Tokens beyond the budget that may finish a character or a closing mark that has begun.</summary>
    public const int Grace = 8;

    // As many as a step of speculation may have to take back, with room to spare.
    private const int OwnRollback = 64;

    // White space before the opening mark; beyond it the model does not reason.
    private const int LongestLead = 64;

    private readonly ReasoningBudgetFactory _factory;
    private readonly ITokenConstraint? _inner;
    private readonly State[] _history;
    private readonly byte[] _text;
    private readonly byte[] _window;
    private State _state;
    private long _accepted;

    /// <summary>A constraint in its first state.</summary>
    public ReasoningBudgetConstraint(ReasoningBudgetFactory factory, ITokenConstraint? inner)
    {
        _factory = factory;
        _inner = inner;
        MaxRollback = Math.Min(OwnRollback, inner?.MaxRollback ?? OwnRollback);
        _history = new State[MaxRollback];
        int longestMark = Math.Max(_factory.Open.Length + LongestLead, _factory.Ends.Max(end => end.Length));
        _window = new byte[longestMark + factory.LongestTokenBytes];
        _text = new byte[((MaxRollback + 1) * factory.LongestTokenBytes) + _window.Length];
        _state = new State { Phase = factory.IsOpen ? Phase.Inside : Phase.Before };
        BeginForcing();
    }

    private enum Phase : byte
    {
        Before,
        Inside,
        Forcing,
        Behind,
    }

    /// <inheritdoc/>
    public bool IsFree => _state.Phase != Phase.Forcing && (_inner?.IsFree ?? true);

    /// <inheritdoc/>
    public int MaxRollback { get; }

    /// <inheritdoc/>
    public void FillMask(Span<ulong> mask)
    {
        if (_state.Phase == Phase.Forcing)
        {
            mask.Clear();
            int token = _factory.ForcedTokens[_state.Count];
            mask[token / 64] = 1UL << (token % 64);
        }
        else if (_inner is null)
        {
            mask.Fill(ulong.MaxValue);
        }
        else
        {
            _inner.FillMask(mask);
        }
    }

    /// <inheritdoc/>
    public bool Allows(int token) => _state.Phase == Phase.Forcing ? token == _factory.ForcedTokens[_state.Count] : _inner?.Allows(token) ?? true;

    /// <inheritdoc/>
    public bool Accept(int token)
    {
        if ((_state.Phase == Phase.Forcing && token != _factory.ForcedTokens[_state.Count]) || (_inner is not null && !_inner.Accept(token)))
        {
            return false;
        }

        _history[_accepted++ % MaxRollback] = _state;
        Go(token);
        return true;
    }

    /// <inheritdoc/>
    public void RollBack(int tokenCount)
    {
        _inner?.RollBack(tokenCount);
        if (tokenCount > 0)
        {
            _accepted -= tokenCount;
            _state = _history[_accepted % MaxRollback];
        }
    }

    /// <inheritdoc/>
    public int GetForcedTokens(Span<int> tokens)
    {
        if (_state.Phase != Phase.Forcing)
        {
            return _inner?.GetForcedTokens(tokens) ?? 0;
        }

        // Another constraint is asked token by token: only it knows whether it stays free.
        ReadOnlySpan<int> forced = _factory.ForcedTokens.AsSpan(_state.Count);
        int count = Math.Min(tokens.Length, _inner is null or { IsFree: true } ? forced.Length : 1);
        forced[..count].CopyTo(tokens);
        return count;
    }

    private void Go(int token)
    {
        switch (_state.Phase)
        {
            case Phase.Before:
                Append(token);
                LookForOpening();
                break;
            case Phase.Inside:
                _state.Count++;
                Append(token);
                LookForEnd(_factory.GetText(token).Length);
                break;
            case Phase.Forcing:
                _state.Count++;
                EndForcing();
                return;
            default:
                return;
        }

        BeginForcing();
    }

    private void Append(int token)
    {
        foreach (byte value in _factory.GetText(token))
        {
            _text[_state.Length++ % _text.Length] = value;
        }
    }

    private void LookForOpening()
    {
        ReadOnlySpan<byte> text = Last(_window.Length);
        text = text[TextScan.LeadingSpace(text)..];
        if (text.StartsWith(_factory.Open))
        {
            _state.Phase = Phase.Inside;
            _state.Count = 0;
        }
        else if (!_factory.Open.AsSpan().StartsWith(text) || _state.Length > LongestLead + _factory.Open.Length)
        {
            _state.Phase = Phase.Behind;
        }
    }

    private void LookForEnd(int newBytes)
    {
        foreach (byte[] end in _factory.Ends)
        {
            if (Last(newBytes + end.Length - 1).IndexOf(end) >= 0)
            {
                _state.Phase = Phase.Behind;
                return;
            }
        }
    }

    private void BeginForcing()
    {
        if (_state.Phase == Phase.Inside && _state.Count >= _factory.Budget && (_state.Count >= _factory.Budget + Grace || IsCleanEnd()))
        {
            _state.Phase = Phase.Forcing;
            _state.Count = 0;
            EndForcing();
        }
    }

    // Over when all is written, or when the other constraint would not have it: a mask must never be empty.
    private void EndForcing()
    {
        if (_state.Count == _factory.ForcedTokens.Length || (_inner is not null && !_inner.Allows(_factory.ForcedTokens[_state.Count])))
        {
            _state.Phase = Phase.Behind;
        }
    }

    // Not inside a character, and not inside a closing mark: one byte of it may be anything.
    private bool IsCleanEnd()
    {
        ReadOnlySpan<byte> text = Last(_window.Length);
        int continuation = 0;
        while (continuation < Math.Min(3, text.Length) && (text[^(continuation + 1)] & 0xC0) == 0x80)
        {
            continuation++;
        }

        byte lead = continuation < text.Length ? text[^(continuation + 1)] : (byte)0;
        int expected = lead switch { >= 0xF0 => 3, >= 0xE0 => 2, >= 0xC0 => 1, _ => 0 };
        return continuation >= expected && TextScan.PossibleMark(text, _factory.Ends[0]) < 2;
    }

    // The last bytes in order; valid until the next call.
    private ReadOnlySpan<byte> Last(int length)
    {
        length = (int)Math.Min(Math.Min(length, _window.Length), _state.Length);
        for (int i = 0; i < length; i++)
        {
            _window[i] = _text[(_state.Length - length + i) % _text.Length];
        }

        return _window.AsSpan(0, length);
    }

    private struct State
    {
        public Phase Phase;

        // Tokens inside the block; while forcing, tokens of the closing text that were written.
        public int Count;

        // Bytes appended.
        public long Length;
    }
}
