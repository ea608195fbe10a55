namespace MistralServe.Bench.Peers;

/// <summary>Room that every server of a case gets.</summary>
/// <param name="Slots">Requests decoded at the same time; the number of clients.</param>
/// <param name="RoomTokens">Tokens of one request, prompt and answer together.</param>
internal sealed record ServerShape(int Slots, int RoomTokens);
