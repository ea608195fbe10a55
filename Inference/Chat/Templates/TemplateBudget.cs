namespace MistralServe.Inference.Chat.Templates;

/// <summary>What a rendering may still use. One thread.</summary>
internal sealed class TemplateBudget
{
    private int _steps = TemplateLimits.Steps;
    private int _valueDepth;

    /// <summary>Uses steps. A fault when there are none left.</summary>
    public void Take(int steps = 1)
    {
        if (steps > _steps)
        {
            _steps = 0;
            throw new TemplateFaultException($"it takes more than {TemplateLimits.Steps} steps");
        }

        _steps -= steps;
    }

    /// <summary>Uses the steps of building a text, before it is built.</summary>
    public void TakeText(long length)
    {
        if (length > TemplateLimits.TextLength)
        {
            throw new TemplateFaultException($"a text would have {length} characters, and {TemplateLimits.TextLength} are the limit");
        }

        Take((int)(length / TemplateLimits.TextPerStep));
    }

    /// <summary>Uses the steps of building a list, before it is built.</summary>
    public void TakeElements(long count) => Take((int)Math.Min(int.MaxValue, count / TemplateLimits.ElementsPerStep));

    /// <summary>Goes into a value that holds others; leave by <see cref="Leave"/>. A fault where they are nested too deep.</summary>
    public void Enter()
    {
        Take();
        if (++_valueDepth > TemplateLimits.ValueDepth)
        {
            throw new TemplateFaultException($"values are nested deeper than {TemplateLimits.ValueDepth}");
        }
    }

    /// <summary>Comes back from <see cref="Enter"/>.</summary>
    public void Leave() => _valueDepth--;
}
