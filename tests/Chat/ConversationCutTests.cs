using MistralServe.Inference;
using MistralServe.Inference.Chat;

namespace MistralServe.Tests.Chat;

public sealed class ConversationCutTests
{
    // s: system, u: user, a: assistant, t: tool. Expected: the messages that the rest may begin with.
    [Theory]
    [InlineData("u", "")]
    [InlineData("su", "")]
    [InlineData("suauau", "3 5")]
    [InlineData("uauau", "2 4")]
    [InlineData("uatatu", "5")]
    [InlineData("uatata", "1 3 5")]
    [InlineData("uauatata", "2 3 5 7")]
    [InlineData("usuas", "2 3")]
    [InlineData("ss", "")]
    public void The_rest_begins_with_a_user_or_inside_the_last_turn_but_never_with_a_result(string roles, string expected) =>
        Assert.Equal(expected, string.Join(' ', ConversationCut.FindStarts(Conversation(roles).Messages)));

    [Theory]
    [InlineData("suauauau", 7, "suauau")]
    [InlineData("suauauau", 6, "suauau")]
    [InlineData("suauauau", 5, "suau")]
    [InlineData("suauauau", 2, "su")]
    [InlineData("suauatata", 7, "suatata")]
    [InlineData("suauatata", 6, "satata")]
    [InlineData("suauatata", 3, "sa")]
    public void As_little_is_dropped_as_must_be(string roles, int room, string expected) =>
        Assert.Equal(expected, Roles(ConversationCut.Find(Conversation(roles), rest => Fit(rest, room))!));

    [Fact]
    public void What_does_not_fit_at_all_is_refused()
    {
        int tries = 0;
        ChatGeneration request = Conversation(string.Concat(Enumerable.Repeat("ua", 500)));
        Assert.Null(ConversationCut.Find(request, rest =>
        {
            tries++;
            return Fit(rest, 0);
        }));
        Assert.InRange(tries, 1, 12);
    }

    [Fact]
    public void A_start_that_the_template_refuses_is_passed_over()
    {
        ChatGeneration request = Conversation("uauauauau");
        ChatGeneration? found = ConversationCut.Find(
            request, rest => rest.Messages.Count == 5 ? (null, new EngineFailure(EngineFailureCode.InvalidRequest, "no")) : Fit(rest, 6));
        Assert.Equal("uau", Roles(found!));
    }

    private static ChatGeneration Conversation(string roles) => new()
    {
        Messages = [.. roles.Select(role => new ChatMessage(role switch { 's' => "system", 'u' => "user", 'a' => "assistant", _ => "tool" }, ""))],
    };

    private static string Roles(ChatGeneration request) => string.Concat(request.Messages.Select(message => message.Role[0]));

    private static (ChatGeneration? Made, EngineFailure? Failure) Fit(ChatGeneration rest, int room) =>
        rest.Messages.Count <= room ? (rest, null) : (null, new EngineFailure(EngineFailureCode.ContextLengthExceeded, "too long"));
}
