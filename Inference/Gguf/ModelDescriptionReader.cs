namespace MistralServe.Inference.Gguf;

/// <summary>Tells from the header of a model file what can be served from it, before the native library sees the file.</summary>
internal static class ModelDescriptionReader
{
    // Architectures of the pinned library that are made for embeddings, whatever their pooling type. Source: its list of names.
    private static readonly HashSet<string> EmbeddingArchitectures = new(StringComparer.Ordinal)
    {
        "bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "eurobert", "gemma-embedding",
        "llama-embed", "t5encoder",
    };

    // Architectures that the library loads but that do not generate text token by token, which is all the engine does.
    private static readonly Dictionary<string, string> UnservedArchitectures = new(StringComparer.Ordinal)
    {
        ["clip"] = "a projector for images or audio",
        ["t5"] = "an encoder-decoder model",
        ["wavtokenizer-dec"] = "a sound decoder",
        ["dream"] = "a diffusion model",
        ["llada"] = "a diffusion model",
        ["llada-moe"] = "a diffusion model",
        ["rnd1"] = "a diffusion model",
    };

    // Values of general.type that are no models. Source: GGUF specification, and GGUFType of its Python package.
    private static readonly Dictionary<string, string> OtherFileTypes = new(StringComparer.Ordinal)
    {
        ["adapter"] = "an adapter (LoRA)",
        ["mmproj"] = "a projector for images or audio",
        ["imatrix"] = "an importance matrix",
    };

    /// <summary>
    /// Reads the description of a model file.
    /// </summary>
    /// <param name="path">The file; relative paths are taken from the current directory.</param>
    /// <param name="alias">Name to serve it under; null means the file's name without extension.</param>
    /// <param name="isDemo">Whether it is the demo model of the product.</param>
    /// <returns>The description, or a sentence that begins with the path: the file is missing, forbidden, empty, foreign, truncated,
    /// damaged, a vocabulary without weights, one part of several, or of a kind that cannot be served.</returns>
    public static ModelDescriptionResult Read(string path, string? alias, bool isDemo)
    {
        if (GgufFile.TryOpen(path, out FileStream? stream) is { } unopened)
        {
            return new(null, $"{path}: {unopened.Message}");
        }

        using (stream)
        {
            GgufReadResult result = GgufHeader.Read(stream!);
            GgufProblem? problem = result.Problem ?? CheckKind(result.Header!) ?? result.Header!.CheckTensorData();
            if (problem is not null)
            {
                return new(null, $"{path}: {problem.Message}");
            }

            // Of the open file: the path may be a link, or lead to another file by now.
            DateTimeOffset created = new(File.GetLastWriteTimeUtc(stream!.SafeFileHandle), TimeSpan.Zero);
            string id = string.IsNullOrEmpty(alias) ? Path.GetFileNameWithoutExtension(path) : alias;
            return new(Describe(result.Header!, id, Path.GetFullPath(path)) with { Created = created, IsDemo = isDemo }, null);
        }
    }

    private static GgufProblem? CheckKind(GgufHeader header)
    {
        // The fixed fields: magic 4, version 4, tensor count 8, metadata count 8 bytes.
        const int tensorCountOffset = 8;
        const int metadataOffset = 24;
        if (header.GetString(MetadataKeys.FileType) is { } type && OtherFileTypes.TryGetValue(type, out string? other))
        {
            return new($"this is {other}, not a model ({MetadataKeys.FileType} is {type})", header.Metadata[MetadataKeys.FileType].Offset);
        }

        if (header.GetString(MetadataKeys.Architecture) is not { Length: > 0 } architecture)
        {
            return new($"the metadata at byte {metadataOffset} has no text {MetadataKeys.Architecture}, so this is not a model", metadataOffset);
        }

        if (UnservedArchitectures.TryGetValue(architecture, out string? unserved))
        {
            long offset = header.Metadata[MetadataKeys.Architecture].Offset;
            return new($"this is {unserved} (architecture {architecture}), which cannot be served", offset);
        }

        if (header.GetInteger(MetadataKeys.ShardCount) is > 1 and { } shards)
        {
            long offset = header.Metadata[MetadataKeys.ShardCount].Offset;
            return new(
                $"this is one of {GgufProblem.Number(shards)} files of a split model ({MetadataKeys.ShardCount} at byte "
                + $"{GgufProblem.Number(offset)}); merge them with llama-gguf-split --merge",
                offset);
        }

        return header.Tensors.Count == 0
            ? new(
                $"the file has no weights (0 tensors, count at byte {tensorCountOffset}), only metadata and a vocabulary; pass the model itself",
                tensorCountOffset)
            : CheckClassifier(header, architecture);
    }

    // Without one the library would give numbers of the hidden state as scores, or end the process.
    private static GgufProblem? CheckClassifier(GgufHeader header, string architecture)
    {
        string key = MetadataKeys.Pooling(architecture);
        return header.GetInteger(key) == (long)PoolingType.Rank && !header.Tensors.Any(tensor => tensor.Name is "cls.weight" or "cls.output.weight")
            ? new(
                $"this is a reranker ({key} at byte {GgufProblem.Number(header.Metadata[key].Offset)} is {(int)PoolingType.Rank}) without a classifier "
                + "(no tensor cls.weight or cls.output.weight); convert it again from the original model",
                header.Metadata[key].Offset)
            : null;
    }

    private static ModelDescription Describe(GgufHeader header, string id, string path)
    {
        string architecture = header.GetString(MetadataKeys.Architecture)!;
        long headSize = FindHeadSize(header, architecture);
        return new ModelDescription
        {
            Id = id,
            Path = path,
            Architecture = architecture,
            Name = header.GetString(MetadataKeys.Name),
            SizeBytes = header.FileSizeBytes,
            TrainingContextLength = ToCount(header.GetInteger(MetadataKeys.ContextLength(architecture))),
            VocabularySize = ToCount(header.GetArrayLength(MetadataKeys.Tokens)),
            ParameterCount = CountParameters(header),
            EmbeddingLength = ToCount(header.GetInteger(MetadataKeys.EmbeddingLength(architecture))),
            HeadSize = ToCount(headSize),
            KeyValueElementsPerToken = CountKeyValueElements(header, architecture, headSize),
            Quantization = MostCommonType(header),
            TensorTypes = [.. header.Tensors.Select(tensor => tensor.Type.Name).Distinct()],
            ChatTemplate = header.GetString(MetadataKeys.ChatTemplate),
            ToolTemplate = header.GetString(MetadataKeys.ToolTemplate),
            RerankTemplate = header.GetString(MetadataKeys.RerankTemplate),
            Capabilities = FindCapabilities(header, architecture),
        };
    }

    private static ModelCapabilities FindCapabilities(GgufHeader header, string architecture)
    {
        long pooling = header.GetInteger(MetadataKeys.Pooling(architecture)) ?? (long)PoolingType.None;
        if (pooling == (long)PoolingType.Rank)
        {
            return ModelCapabilities.Ranking;
        }

        bool causal = header.GetBoolean(MetadataKeys.CausalAttention(architecture)) ?? true;
        bool embeds = pooling > (long)PoolingType.None || !causal || EmbeddingArchitectures.Contains(architecture);
        return embeds ? ModelCapabilities.Embedding : ModelCapabilities.TextGeneration;
    }

    // 0 when the header does not say (some architectures have per-layer arrays here).
    private static long FindHeadSize(GgufHeader header, string architecture)
    {
        if (header.GetInteger(MetadataKeys.KeyLength(architecture)) is > 0 and <= int.MaxValue and { } length)
        {
            return length;
        }

        long heads = header.GetInteger(MetadataKeys.HeadCount(architecture)) ?? 0;
        return heads > 0 ? ToCount(header.GetInteger(MetadataKeys.EmbeddingLength(architecture))) / heads : 0;
    }

    private static long CountKeyValueElements(GgufHeader header, string architecture, long headSize)
    {
        int layers = ToCount(header.GetInteger(MetadataKeys.BlockCount(architecture)));
        int width = ToCount(header.GetInteger(MetadataKeys.EmbeddingLength(architecture)));
        long heads = header.GetInteger(MetadataKeys.KeyValueHeadCount(architecture)) ?? header.GetInteger(MetadataKeys.HeadCount(architecture)) ?? 0;
        long valueSize = header.GetInteger(MetadataKeys.ValueLength(architecture)) is > 0 and <= int.MaxValue and { } length ? length : headSize;

        // Without head counts (or with absurd ones) the full width is assumed: too much rather than too little.
        return heads > 0 && heads * headSize <= width
            ? layers * heads * (headSize + valueSize)
            : 2L * layers * width;
    }

    // Absent, negative and beyond 2^31 all mean that the header does not say; the library then decides.
    private static int ToCount(long? value) => value is >= 0 and <= int.MaxValue ? (int)value.Value : 0;

    private static long CountParameters(GgufHeader header)
    {
        long sum = 0;
        foreach (GgufTensor tensor in header.Tensors)
        {
            // Cannot overflow: the data of each tensor is in the file, and no type packs more than eight elements into a byte.
            sum += tensor.ElementCount;
        }

        return sum;
    }

    private static string? MostCommonType(GgufHeader header)
    {
        Dictionary<string, long> bytesByType = new(StringComparer.Ordinal);
        foreach (GgufTensor tensor in header.Tensors)
        {
            bytesByType[tensor.Type.Name] = bytesByType.GetValueOrDefault(tensor.Type.Name) + tensor.SizeBytes;
        }

        return bytesByType.Count == 0 ? null : bytesByType.MaxBy(pair => pair.Value).Key;
    }
}
