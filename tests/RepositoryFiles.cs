using System.Runtime.CompilerServices;

namespace MistralServe.Tests;

/// <summary>Finds files of the repository and of the optional folder of shared test data beside it.</summary>
internal static class RepositoryFiles
{
    /// <summary>Full path of a file given relative to the repository's root.</summary>
    public static string Path(string relative) => System.IO.Path.GetFullPath(System.IO.Path.Combine(Root(), relative));

    /// <summary>
    /// Full path of a file in <c>../shared</c>. Where it is absent the test is skipped with a reason; in CI absence is an error.
    /// </summary>
    public static string Shared(string relative)
    {
        string path = Path(System.IO.Path.Combine("..", "shared", relative));
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                Assert.Fail($"shared/{relative} is missing, and in CI it must be there");
            }

            Assert.Skip($"needs shared/{relative} beside the repository");
        }

        return path;
    }

    private static string Root([CallerFilePath] string file = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, "..");
}
