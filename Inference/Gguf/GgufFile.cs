namespace MistralServe.Inference.Gguf;

/// <summary>Opens a model file and turns what can go wrong into sentences.</summary>
internal static class GgufFile
{
    /// <summary>Opens for reading, without a buffer of its own. Null when it worked; the caller disposes of the stream.</summary>
    public static GgufProblem? TryOpen(string path, out FileStream? stream)
    {
        stream = null;
        if (string.IsNullOrEmpty(path) || path.Contains('\0'))
        {
            return new("the path of the model file is empty or has a zero character", 0);
        }

        if (Directory.Exists(path))
        {
            return new("this is a directory, not a file; name the .gguf file in it", 0);
        }

        try
        {
            FileInfo target = new(path);
            if (target.ResolveLinkTarget(returnFinalTarget: true) is FileInfo final)
            {
                target = final;
            }

            if (!target.Exists)
            {
                return new("the file does not exist", 0);
            }

            // Before the open: that of a pipe would wait for a writer for ever.
            if (target.Length == 0)
            {
                return new("the file is empty (0 bytes), or is no regular file", 0);
            }

            stream = new FileStream(target.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return new("there is no permission to read the file", 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new("the file does not exist", 0);
        }
        catch (IOException)
        {
            return new("the file cannot be opened (input/output error, or links that lead in a circle)", 0);
        }
    }
}
