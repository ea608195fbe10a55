namespace MistralServe.Tests.Mcp;

/// <summary>docs/mcp-requirements.md: every row of the contract has tests, and they exist.</summary>
public sealed class RequirementTests
{
    private const int Rows = 30;

    [Fact]
    public void Every_row_names_tests_that_exist() => RequirementTable.Check("docs/mcp-requirements.md", Rows, "node/mcp");

    [Fact]
    public void The_contract_has_no_more_rows()
    {
        string contract = File.ReadAllText(RepositoryFiles.Shared("design/mcp.md"));
        string table = contract[contract.IndexOf("## 15.", StringComparison.Ordinal)..contract.IndexOf("## 16.", StringComparison.Ordinal)];
        Assert.Equal(Rows, table.Split('\n').Count(RequirementTable.IsRow));
    }
}
