namespace MistralServe.Tests.Chat;

/// <summary>docs/chat-requirements.md: every row has tests, and they exist.</summary>
public sealed class ChatRequirementTests
{
    [Fact]
    public void Every_row_names_tests_that_exist() => RequirementTable.Check("docs/chat-requirements.md", 34, "node");
}
