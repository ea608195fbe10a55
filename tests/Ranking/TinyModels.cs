using MistralServe.Inference.Gguf;
using MistralServe.Tests.Gguf;

namespace MistralServe.Tests.Ranking;

/// <summary>Models of two layers and width 64 with random weights, the same at each call. Names and shapes: the library's loaders of the two architectures.</summary>
internal static class TinyModels
{
    public const int ContextLength = 96;

    /// <summary>The prompt of <see cref="Qwen"/>.</summary>
    public const string Template = "<|im_start|>Judge.\n<Query>: {query}\n<Document>: {document}<|im_end|>\nanswer:";

    private const int Width = 64;
    private const int Inner = 128;
    private const int Layers = 2;
    private const int Heads = 2;

    /// <summary>Letters, at the start of a word and inside one, and BERT's special tokens.</summary>
    public static GgufWriter Bert(uint pooling)
    {
        string[] letters = [.. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];
        string[] tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. letters.Select(letter => "\u2581" + letter), .. letters];
        var random = new Random(1);
        GgufWriter writer = Start("bert", pooling, tokens, "bert", "default", controls: 5)
            .Add("bert.attention.layer_norm_epsilon", 1e-12f)
            .Add("bert.attention.causal", false)
            .Add("tokenizer.ggml.token_type_count", 2u)
            .Add("tokenizer.ggml.bos_token_id", 2u)
            .Add("tokenizer.ggml.cls_token_id", 2u)
            .Add("tokenizer.ggml.eos_token_id", 3u)
            .Add("tokenizer.ggml.seperator_token_id", 3u)
            .Add("tokenizer.ggml.padding_token_id", 0u)
            .Add("tokenizer.ggml.unknown_token_id", 1u)
            .Add("tokenizer.ggml.mask_token_id", 4u)
            .AddTensor("token_embd.weight", Normal(random, Width * tokens.Length, 1), Width, tokens.Length)
            .AddTensor("position_embd.weight", Normal(random, Width * ContextLength, 0.5), Width, ContextLength)
            .AddTensor("token_types.weight", Normal(random, Width * 2, 0.1), Width, 2);
        AddNorm("token_embd_norm");
        for (int layer = 0; layer < Layers; layer++)
        {
            AddLinear($"blk.{layer}.attn_q", Width, Width);
            AddLinear($"blk.{layer}.attn_k", Width, Width);
            AddLinear($"blk.{layer}.attn_v", Width, Width);
            AddLinear($"blk.{layer}.attn_output", Width, Width);
            AddNorm($"blk.{layer}.attn_output_norm");
            AddLinear($"blk.{layer}.ffn_up", Width, Inner);
            AddLinear($"blk.{layer}.ffn_down", Inner, Width);
            AddNorm($"blk.{layer}.layer_output_norm");
        }

        return writer;

        void AddLinear(string name, int from, int to) => writer
            .AddTensor(name + ".weight", Normal(random, from * to, 1 / Math.Sqrt(from)), from, to)
            .AddTensor(name + ".bias", Normal(random, to, 0.1), to);

        void AddNorm(string name) => writer
            .AddTensor(name + ".weight", Ones(), Width)
            .AddTensor(name + ".bias", Normal(random, Width, 0.1), Width);
    }

    /// <summary>Bytes and two control tokens, a causal model with two classes.</summary>
    public static GgufWriter Qwen(uint pooling)
    {
        string[] tokens = [.. ByteTokens(), "Ġa", "<|im_start|>", "<|im_end|>"];
        var random = new Random(2);
        GgufWriter writer = Start("qwen3", pooling, tokens, "gpt2", "qwen2", controls: 0)
            .Add("qwen3.attention.head_count_kv", Heads)
            .Add("qwen3.attention.layer_norm_rms_epsilon", 1e-6f)
            .Add("qwen3.attention.key_length", Width / Heads)
            .Add("qwen3.attention.value_length", Width / Heads)
            .Add("qwen3.rope.freq_base", 10000f)
            .AddStrings("qwen3.classifier.output_labels", "yes", "no")
            .AddStrings("tokenizer.ggml.merges", "Ġ a")
            .Add("tokenizer.ggml.eos_token_id", (uint)tokens.Length - 1)
            .Add("tokenizer.ggml.add_bos_token", false)
            .Add("tokenizer.chat_template.rerank", Template)
            .AddTensor("token_embd.weight", Normal(random, Width * tokens.Length, 1), Width, tokens.Length)
            .AddTensor("output_norm.weight", Ones(), Width);
        for (int layer = 0; layer < Layers; layer++)
        {
            writer.AddTensor($"blk.{layer}.attn_norm.weight", Ones(), Width)
                .AddTensor($"blk.{layer}.attn_q_norm.weight", [.. Ones().Take(Width / Heads)], Width / Heads)
                .AddTensor($"blk.{layer}.attn_k_norm.weight", [.. Ones().Take(Width / Heads)], Width / Heads)
                .AddTensor($"blk.{layer}.ffn_norm.weight", Ones(), Width);
            foreach ((string name, int from, int to) in new[]
            {
                ("attn_q", Width, Width), ("attn_k", Width, Width), ("attn_v", Width, Width), ("attn_output", Width, Width),
                ("ffn_gate", Width, Inner), ("ffn_up", Width, Inner), ("ffn_down", Inner, Width),
            })
            {
                writer.AddTensor($"blk.{layer}.{name}.weight", Normal(random, from * to, 1 / Math.Sqrt(from)), from, to);
            }
        }

        return writer;
    }

    /// <summary>Normally distributed numbers.</summary>
    public static float[] Normal(Random random, int count, double deviation)
    {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return numbers;
    }

    private static GgufWriter Start(string architecture, uint pooling, string[] tokens, string tokenizer, string pre, int controls)
    {
        byte[] types = new byte[sizeof(int) * tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            types[sizeof(int) * i] = i < controls || tokens[i].StartsWith("<|", StringComparison.Ordinal) ? (byte)3 : (byte)1;
        }

        return new GgufWriter()
            .Add("general.architecture", architecture)
            .Add($"{architecture}.context_length", ContextLength)
            .Add($"{architecture}.embedding_length", Width)
            .Add($"{architecture}.block_count", Layers)
            .Add($"{architecture}.feed_forward_length", Inner)
            .Add($"{architecture}.attention.head_count", Heads)
            .Add($"{architecture}.pooling_type", pooling)
            .Add("tokenizer.ggml.model", tokenizer)
            .Add("tokenizer.ggml.pre", pre)
            .AddStrings("tokenizer.ggml.tokens", tokens)
            .AddArray("tokenizer.ggml.token_type", GgufValueType.Int32, (ulong)tokens.Length, types);
    }

    // How GPT-2 spells each byte: printable ones as themselves, the others from U+0100 on.
    private static IEnumerable<string> ByteTokens()
    {
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool isPrintable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            yield return ((char)(isPrintable ? value : next++)).ToString();
        }
    }

    private static float[] Ones()
    {
        float[] ones = new float[Width];
        Array.Fill(ones, 1);
        return ones;
    }
}
