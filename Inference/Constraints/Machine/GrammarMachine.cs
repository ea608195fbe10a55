using MistralServe.Inference.Constraints.Lexing;
using MistralServe.Inference.Constraints.Vocabulary;

namespace MistralServe.Inference.Constraints.Machine;

/// <summary>
/// Runs a compiled grammar: from a state to the next, by bytes and by tokens. Its pools are shared by all sequences of the
/// grammar. Belongs to the thread that owns the grammar: first the one that compiles, then the engine's.
/// </summary>
internal sealed class GrammarMachine
{
    // Ours: some hundred bytes each.
    private const int MaxStates = 16_384;

    private readonly FramePool _frames;
    private readonly Expander _expander;
    private readonly Dictionary<StateKey, MachineState> _states = new(StateKeyComparer.Instance);
    private readonly Dictionary<StateKey, MachineState>.AlternateLookup<ItemList> _lookup;
    private readonly ItemList _current = new();
    private readonly ItemList _next = new();

    /// <summary>Sets up a grammar's machine.</summary>
    public GrammarMachine(GrammarPart root, ConstraintVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        _frames = new FramePool(vocabulary.Trie.LongestToken);
        _expander = new Expander(_frames);
        _lookup = _states.GetAlternateLookup<ItemList>();
        AddContinuation(_frames.Start(root, null), _current);
        Start = Intern(_current);
        _current.Clear();
        _current.MayEnd = true;
        End = Intern(_current);
    }

    /// <summary>The vocabulary.</summary>
    public ConstraintVocabulary Vocabulary { get; }

    /// <summary>Whether a place in the text had more ways on than are followed.</summary>
    public bool HasGivenUp => _expander.HasGivenUp;

    /// <summary>Steps that all expansions took so far; overflows.</summary>
    public int ExpansionSteps => _expander.Steps;

    /// <summary>The state before the text.</summary>
    public MachineState Start { get; }

    /// <summary>The state behind a text that is complete and can't go on.</summary>
    public MachineState End { get; }

    /// <summary>
    /// The state behind a token.
    /// </summary>
    /// <returns>Null when the token is not allowed.</returns>
    public MachineState? Step(MachineState state, int token)
    {
        if (!TryStep(state, token, _next))
        {
            return null;
        }

        return Intern(_next);
    }

    /// <summary>Whether a token is allowed, without a mask.</summary>
    public bool Allows(MachineState state, int token) => TryStep(state, token, _next);

    /// <summary>
    /// Goes on by one byte, as part of a token.
    /// </summary>
    /// <param name="source">Ways before.</param>
    /// <param name="value">The byte.</param>
    /// <param name="target">Receives the ways after; another list.</param>
    public void StepByte(ItemList source, byte value, ItemList target)
    {
        target.Clear();
        foreach (MachineItem item in source.Items)
        {
            LexState state = item.State;
            if (target.IsFull)
            {
                return;
            }

            if (item.Lexeme?.TryStep(ref state, value) == true)
            {
                AddText(item with { State = state }, target);
            }
        }
    }

    /// <summary>What may come where an accepting item's text ends; null for the end of the whole text.</summary>
    public StackFrame? After(in MachineItem item, int label)
    {
        switch (item.Part.Kind)
        {
            case PartKind.Members:
                StackFrame own = item.Frame!;
                MemberTable members = item.Part.Members!;
                StackFrame rest = _frames.Get(item.Part, label + 1, members.Increment(~own.Second), own.Parent);
                return _frames.Start(members.Bodies[label], rest);
            case PartKind.FreeText:
                return _frames.Start(item.Part.Children[label], item.Frame);
            default:
                return item.Frame;
        }
    }

    /// <summary>What may come when it is a frame's turn.</summary>
    public Continuation Expand(StackFrame frame) => _expander.Expand(frame);

    /// <summary>The state that stands for another one where masks are concerned.</summary>
    public MachineState Clamp(MachineState state)
    {
        if (state.Clamped is not null)
        {
            return state.Clamped;
        }

        _next.Clear();
        foreach (MachineItem item in state.Items)
        {
            _next.Add(item with { State = item.Lexeme?.Clamp(item.State) ?? item.State, Frame = _frames.Clamp(item.Frame) });
        }

        _next.MayEnd = state.MayEnd;
        MachineState clamped = Intern(_next);
        clamped.Clamped = clamped;
        state.Clamped = clamped;
        return clamped;
    }

    private bool TryStep(MachineState state, int token, ItemList target)
    {
        ConstraintVocabulary vocabulary = Vocabulary;
        target.Clear();
        if (vocabulary.Source.IsEndOfGeneration(token))
        {
            target.MayEnd = state.MayEnd;
            AddTokenItems(state, token, target);
            return !target.IsDead;
        }

        ReadOnlySpan<byte> text = vocabulary.Source.GetBytes(token);
        if (text.IsEmpty || text.Length > TokenTrie.MaxTokenBytes)
        {
            AddTokenItems(state, token, target);
            return !target.IsDead;
        }

        return StepText(state, token, text, target);
    }

    private bool StepText(MachineState state, int token, ReadOnlySpan<byte> text, ItemList target)
    {
        ItemList from = _current;
        from.Clear();
        foreach (MachineItem item in state.Items)
        {
            if (!IsTrigger(item, token))
            {
                from.Add(item);
            }
        }

        ItemList to = target;
        int read = 0;
        for (; read < text.Length && from.Count > 0; read++)
        {
            StepByte(from, text[read], to);
            (from, to) = (to, from);
        }

        if (read < text.Length)
        {
            target.Clear();
        }
        else if (from != target)
        {
            CopyTo(from, target);
        }

        AddTokenItems(state, token, target);
        return !target.IsDead;
    }

    private static void CopyTo(ItemList from, ItemList target)
    {
        target.Clear();
        foreach (MachineItem item in from.Items)
        {
            target.Add(item);
        }

        target.MayEnd = from.MayEnd;
    }

    private static bool IsTrigger(in MachineItem item, int token) =>
        item.Part.Kind == PartKind.FreeText && item.Part.FreeText!.TokenTriggers.ContainsKey(token);

    /// <summary>Adds the ways that read a token as such.</summary>
    private void AddTokenItems(MachineState state, int token, ItemList target)
    {
        foreach (MachineItem item in state.Items)
        {
            if (item.Part.Kind == PartKind.Tokens && Array.IndexOf(item.Part.Tokens, token) >= 0)
            {
                AddContinuation(item.Frame, target);
            }
            else if (item.Part.Kind == PartKind.FreeText)
            {
                AddFreeText(item, token, target);
            }
        }
    }

    private void AddFreeText(in MachineItem item, int token, ItemList target)
    {
        if (item.Part.FreeText!.TokenTriggers.TryGetValue(token, out int child))
        {
            AddContinuation(_frames.Start(item.Part.Children[child], item.Frame), target);
            return;
        }

        // A control token is no text, but no trigger goes across it either.
        if (Vocabulary.Source.GetBytes(token).IsEmpty && !Vocabulary.Source.IsEndOfGeneration(token))
        {
            AddText(item with { State = item.Part.Start }, target);
        }
    }

    /// <summary>Adds a way inside a text, and those that begin where the text may end.</summary>
    private void AddText(in MachineItem item, ItemList target)
    {
        Lexeme lexeme = item.Lexeme!;
        if (lexeme.HasNext(item.State))
        {
            if (!target.Add(item))
            {
                return;
            }

            if (item.Part.Kind == PartKind.FreeText && item.Part.FreeText!.MayEnd && item.Frame is null)
            {
                target.MayEnd = true;
            }
        }

        if (lexeme.IsAccepting(item.State))
        {
            AddContinuation(After(item, lexeme.GetLabel(item.State)), target);
        }
    }

    private void AddContinuation(StackFrame? frame, ItemList target)
    {
        if (frame is null)
        {
            target.MayEnd = true;
            return;
        }

        Continuation continuation = _expander.Expand(frame);
        foreach (MachineItem item in continuation.Items)
        {
            target.Add(item);
        }

        target.MayEnd |= continuation.MayEnd;
    }

    private MachineState Intern(ItemList items)
    {
        if (_lookup.TryGetValue(items, out MachineState? known))
        {
            return known;
        }

        if (_states.Count >= MaxStates)
        {
            _states.Clear();
        }

        MachineItem[] content = items.Items.ToArray();
        var state = new MachineState(content, items.MayEnd);
        _states.Add(new StateKey(content, items.MayEnd), state);
        return state;
    }
}
