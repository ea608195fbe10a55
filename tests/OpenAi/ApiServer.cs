using System.Text;
using System.Text.Json;
using MistralServe.Inference.Chat;
using MistralServe.Inference.Engine;
using MistralServe.OpenAi;
using MistralServe.Tests.Engine;

namespace MistralServe.Tests.OpenAi;

/// <summary>The REST routes down to an engine whose model is a script: tokens are bytes, and each prompt is answered by a fixed text.</summary>
internal static class ApiServer
{
    public const string Answer = "Hello!";

    private const string Opening = "<|im_start|>assistant\n";

    /// <summary>Starts the server.</summary>
    /// <param name="api">What the host decides.</param>
    /// <param name="isEndless">Whether the answer never ends by itself.</param>
    public static Task<RestServer> StartAsync(OpenAiOptions? api = null, bool isEndless = false)
    {
        // An answer ends with its context: one that shall not end needs a context that no test lives to see full.
        int contextLength = isEndless ? 65_536 : 4096;
        return RestServer.StartAsync(
            runner: new ScriptedRunner(tokens => Next(tokens, isEndless), sequences: 6, contextLength: contextLength),
            options: new EngineOptions { Parallel = 4, CacheStreams = 2, ContextLength = contextLength },
            api: api,
            template: ChatTemplateSource.Resolve(modelTemplate: null, "chatml").Source);
    }

    public static async Task<(int Status, JsonElement Body)> PostAsync(RestServer server, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        return await ReadAsync(answer);
    }

    public static async Task<(int Status, JsonElement Body)> GetAsync(RestServer server, string path)
    {
        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync(answer);
    }

    public static async Task<(int Status, JsonElement Body)> ReadAsync(HttpResponseMessage answer)
    {
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return ((int)answer.StatusCode, document.RootElement.Clone());
    }

    // The answer goes on from what stands behind the last opening of an assistant's turn; a raw prompt is answered from its end, by what it is not.
    private static int Next(IReadOnlyList<int> tokens, bool isEndless)
    {
        int last = -1;
        for (int i = tokens.Count - Opening.Length; i >= 0 && last < 0; i--)
        {
            last = Enumerable.Range(0, Opening.Length).All(k => tokens[i + k] == Opening[k]) ? i + Opening.Length : -1;
        }

        int said = last >= 0 ? tokens.Count - last : 0;
        return isEndless ? 'x' : last >= 0 && said < Answer.Length ? Answer[said] : ScriptedRunner.EndOfGeneration;
    }
}
