using System.Globalization;
using System.Text;

namespace MistralServe.OpenAi.Telemetry;

/// <summary>
/// A page of figures in the text format of Prometheus. One writer.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4.
/// </summary>
internal sealed class MetricsPage
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins a metric.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">counter, gauge or summary.</param>
    /// <param name="help">A sentence.</param>
    public void Describe(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <summary>Adds a value.</summary>
    /// <param name="name">Name of its metric, with the suffix of a summary.</param>
    /// <param name="labels">As they stand between the braces; empty is none.</param>
    /// <param name="value">The value.</param>
    public void Line(string name, string labels, double value) =>
        _text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length == 0 ? "" : $"{{{labels}}}")} {value}\n");

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>Answers a request with a page.</summary>
    public static async Task WriteAsync(HttpContext context, string page)
    {
        byte[] body = Encoding.UTF8.GetBytes(page);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
