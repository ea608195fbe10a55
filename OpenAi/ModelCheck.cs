using System.Text.Json;
using MistralServe.Inference;

namespace MistralServe.OpenAi;

/// <summary>What becomes of a request that names a model which is not loaded: one is, and it answers unless the check is strict. Any thread.</summary>
/// <param name="model">The loaded model.</param>
/// <param name="strict">Whether another name is an error.</param>
internal sealed class ModelCheck(ModelDescription model, bool strict)
{
    /// <summary>Checks a body that was read without an error.</summary>
    /// <returns>Null when the request may run.</returns>
    public ApiError? Check(JsonElement root) =>
        strict && root.ValueKind == JsonValueKind.Object && root.TryGetProperty("model"u8, out JsonElement name)
            && name.ValueKind == JsonValueKind.String && !name.ValueEquals(model.Id)
            ? Unknown(model)
            : null;

    /// <summary>The error for a name that is not the loaded model's.</summary>
    public static ApiError Unknown(ModelDescription model) =>
        new(StatusCodes.Status404NotFound, "invalid_request_error", "model_not_found", $"There is no model of that name; the loaded one is '{model.Id}'.", "model");
}
