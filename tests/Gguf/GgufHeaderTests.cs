using System.Text;
using MistralServe.Inference.Gguf;

namespace MistralServe.Tests.Gguf;

public sealed class GgufHeaderTests
{
    private static GgufHeader Header(byte[] file)
    {
        GgufReadResult result = GgufHeader.Read(new MemoryStream(file));
        Assert.Null(result.Problem);
        return result.Header!;
    }

    private static GgufProblem Problem(byte[] file)
    {
        GgufReadResult result = GgufHeader.Read(new MemoryStream(file));
        Assert.Null(result.Header);
        return result.Problem!;
    }

    [Fact]
    public void Values_of_every_type_are_read()
    {
        GgufHeader header = Header(new GgufWriter()
            .Raw("u8", GgufValueType.UInt8, w => w.Write((byte)200))
            .Raw("i8", GgufValueType.Int8, w => w.Write((sbyte)-3))
            .Raw("u16", GgufValueType.UInt16, w => w.Write((ushort)60_000))
            .Raw("i16", GgufValueType.Int16, w => w.Write((short)-300))
            .Raw("u32", GgufValueType.UInt32, w => w.Write(4_000_000_000u))
            .Raw("i32", GgufValueType.Int32, w => w.Write(-70_000))
            .Raw("f32", GgufValueType.Float32, w => w.Write(1.5f))
            .Raw("yes", GgufValueType.Bool, w => w.Write(true))
            .Raw("no", GgufValueType.Bool, w => w.Write(false))
            .Raw("u64", GgufValueType.UInt64, w => w.Write(ulong.MaxValue))
            .Raw("i64", GgufValueType.Int64, w => w.Write(long.MinValue))
            .Raw("f64", GgufValueType.Float64, w => w.Write(-0.25))
            .Add("text", "grüße")
            .AddStrings("texts", "a", "bc", "")
            .AddArray("numbers", GgufValueType.Float32, 3, new byte[12])
            .ToArray());

        Assert.Equal(200, header.GetInteger("u8"));
        Assert.Equal(-3, header.GetInteger("i8"));
        Assert.Equal(60_000, header.GetInteger("u16"));
        Assert.Equal(-300, header.GetInteger("i16"));
        Assert.Equal(4_000_000_000, header.GetInteger("u32"));
        Assert.Equal(-70_000, header.GetInteger("i32"));
        Assert.Equal(1.5, header.GetFloat("f32"));
        Assert.True(header.GetBoolean("yes"));
        Assert.False(header.GetBoolean("no"));
        Assert.Equal(ulong.MaxValue, header.GetUnsigned("u64"));
        Assert.Null(header.GetInteger("u64"));
        Assert.Equal(long.MinValue, header.GetInteger("i64"));
        Assert.Null(header.GetUnsigned("i64"));
        Assert.Equal(-0.25, header.GetFloat("f64"));
        Assert.Equal("grüße", header.GetString("text"));
        Assert.Equal(3, header.GetArrayLength("texts"));
        Assert.Equal(3, header.GetArrayLength("numbers"));
        Assert.Equal(15, header.Metadata.Count);
    }

    [Fact]
    public void Absent_keys_and_other_types_are_null()
    {
        GgufHeader header = Header(new GgufWriter().Add("text", "1").Add("number", 1u).ToArray());
        Assert.Null(header.GetString("none"));
        Assert.Null(header.GetString("number"));
        Assert.Null(header.GetInteger("text"));
        Assert.Null(header.GetInteger("none"));
        Assert.Null(header.GetUnsigned("text"));
        Assert.Null(header.GetFloat("number"));
        Assert.Null(header.GetBoolean("number"));
        Assert.Null(header.GetArrayLength("text"));
    }

    [Fact]
    public void Tensors_are_described()
    {
        byte[] file = GgufWriter.Model().ToArray(out int headerLength);
        GgufHeader header = Header(file);
        Assert.Equal(["token_embd.weight", "output_norm.weight"], header.Tensors.Select(t => t.Name));
        GgufTensor embeddings = header.Tensors[0];
        Assert.Equal([32L, 4L], embeddings.Dimensions);
        Assert.Equal("Q8_0", embeddings.Type.Name);
        Assert.Equal((0, 128, 4 * 34), (embeddings.Offset, embeddings.ElementCount, embeddings.SizeBytes));
        Assert.Equal((160, 3, 12), (header.Tensors[1].Offset, header.Tensors[1].ElementCount, header.Tensors[1].SizeBytes));
        Assert.Equal((headerLength + 31) / 32 * 32, header.DataOffset);
        Assert.Equal(file.Length, header.FileSizeBytes);
        Assert.Null(header.CheckTensorData());
    }

    [Fact]
    public void Alignment_of_the_file_is_used()
    {
        GgufWriter writer = new() { Alignment = 4096 };
        GgufHeader header = Header(writer.Add("general.alignment", 4096u).AddTensor("a", 0, 1).AddTensor("b", 0, 1).ToArray());
        Assert.Equal(4096, header.DataOffset);
        Assert.Equal(4096, header.Tensors[1].Offset);
        Assert.Null(header.CheckTensorData());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(24u)]
    [InlineData(2_097_152u)]
    public void Bad_alignment_is_a_problem(uint alignment) =>
        Assert.Contains("power of two", Problem(new GgufWriter().Add("general.alignment", alignment).ToArray()).Message);

    [Fact]
    public void Every_truncation_is_a_problem_with_its_offset()
    {
        byte[] file = GgufWriter.Model().ToArray(out int headerLength);
        for (int length = 0; length < headerLength; length++)
        {
            GgufProblem problem = Problem(file[..length]);
            Assert.Contains(length == 0 ? "empty" : $"ends at byte {length}", problem.Message);
        }

        for (int length = headerLength; length < file.Length; length++)
        {
            GgufProblem? problem = Header(file[..length]).CheckTensorData();
            Assert.Contains($"ends at byte {length} but tensor ", problem!.Message);
        }
    }

    [Fact]
    public void Every_changed_byte_gives_a_header_or_a_problem()
    {
        byte[] file = GgufWriter.Model().ToArray(out int headerLength);
        for (int i = 0; i < headerLength; i++)
        {
            foreach (byte value in (byte[])[0, 1, 0x7F, 0x80, 0xFF])
            {
                byte[] changed = [.. file];
                changed[i] = value;
                GgufReadResult result = GgufHeader.Read(new MemoryStream(changed));
                Assert.NotEqual(result.Header is null, result.Problem is null);
                result.Header?.CheckTensorData();
            }
        }
    }

    [Fact]
    public void Other_byte_order_is_named() =>
        Assert.Contains("other byte order", Problem(new GgufWriter { Version = 0x0300_0000 }.ToArray()).Message);

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(4u)]
    public void Unsupported_version_is_named(uint version) =>
        Assert.Contains($"version {version} (at byte 4)", Problem(new GgufWriter { Version = version }.ToArray()).Message);

    [Fact]
    public void Version_2_is_read() => Assert.Equal(2u, Header(new GgufWriter { Version = 2 }.Add("a", 1u).ToArray()).Version);

    [Theory]
    [InlineData("hello world", "68656C6C")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "Git LFS pointer")]
    [InlineData("<!DOCTYPE html><html>", "HTML page")]
    [InlineData("PK\u0003\u0004....", "ZIP archive")]
    [InlineData("tjgg\u0003\0\0\0", "before GGUF")]
    [InlineData("x", "78")]
    public void Foreign_files_are_named(string content, string expected)
    {
        string message = Problem(Encoding.Latin1.GetBytes(content)).Message;
        Assert.StartsWith("this is not a GGUF file", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Counts_beyond_the_cap_or_the_file_are_problems()
    {
        Assert.Contains("65,536 are allowed", Problem(new GgufWriter { ClaimedEntries = 65_537 }.ToArray()).Message);
        Assert.Contains("65,536 are allowed", Problem(new GgufWriter { ClaimedTensors = ulong.MaxValue }.ToArray()).Message);
        Assert.Contains("1,000 metadata entries", Problem(new GgufWriter { ClaimedEntries = 1_000 }.ToArray()).Message);
        Assert.Contains("1,000 tensors", Problem(new GgufWriter { ClaimedTensors = 1_000 }.ToArray()).Message);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 62)]
    [InlineData(1_000UL)]
    public void Claimed_sizes_beyond_the_file_are_problems_without_allocation(ulong size)
    {
        Assert.Contains("claims", Problem(new GgufWriter().Raw("s", GgufValueType.String, w => w.Write(size)).ToArray()).Message);
        Assert.Contains("claims", Problem(new GgufWriter().AddArray("a", GgufValueType.Float64, size, []).ToArray()).Message);
        Assert.Contains("claims", Problem(new GgufWriter().AddArray("a", GgufValueType.String, size, []).ToArray()).Message);
        Assert.Contains("claims", Problem(new GgufWriter().AddArray("a", GgufValueType.String, 1, BitConverter.GetBytes(size)).ToArray()).Message);
    }

    [Fact]
    public void Strings_and_templates_beyond_their_caps_are_problems()
    {
        Assert.Contains("262,144 are allowed", Problem(new GgufWriter().Add("tokenizer.chat_template", new string('x', 262_145)).ToArray()).Message);
        Assert.Equal(262_144, Header(new GgufWriter().Add("tokenizer.chat_template", new string('x', 262_144)).ToArray())
            .GetString("tokenizer.chat_template")!.Length);
    }

    [Fact]
    public void Bad_keys_are_problems()
    {
        Assert.Contains("twice", Problem(new GgufWriter().Add("a", 1u).Add("a", 2u).ToArray()).Message);
        Assert.Contains("is empty", Problem(new GgufWriter().Add("", 1u).ToArray()).Message);
        Assert.Contains("not UTF-8", Problem(new GgufWriter().Raw([0xFF, 0xFE], GgufValueType.UInt8, w => w.Write((byte)1)).ToArray()).Message);
        Assert.Contains("65,535 are allowed", Problem(new GgufWriter().Add(new string('k', 65_536), 1u).ToArray()).Message);
    }

    [Fact]
    public void Unknown_types_and_nested_arrays_are_problems()
    {
        Assert.Contains("unknown type 13", Problem(new GgufWriter().Raw("a", (GgufValueType)13, w => w.Write(1L)).ToArray()).Message);
        Assert.Contains("unknown type 99", Problem(new GgufWriter().AddArray("a", (GgufValueType)99, 1, new byte[8]).ToArray()).Message);
        Assert.Contains("array of arrays", Problem(new GgufWriter().AddArray("a", GgufValueType.Array, 1, new byte[12]).ToArray()).Message);
    }

    [Fact]
    public void Bad_tensors_are_problems()
    {
        Assert.Contains("described twice", Problem(new GgufWriter().AddTensor("a", 0, 8).AddTensor("a", 0, 8).ToArray()).Message);
        Assert.Contains("5 dimensions", Problem(new GgufWriter().AddTensor("a", 0, 1, 1, 1, 1, 1).ToArray()).Message);
        Assert.Contains("impossible dimension 0", Problem(new GgufWriter().AddTensor("a", 0, 4, 0).ToArray()).Message);
        Assert.Contains("impossible dimension", Problem(new GgufWriter().AddTensor("a", 0, -1).ToArray()).Message);
        Assert.Contains("unknown type 4;", Problem(new GgufWriter().AddTensor("a", 4, 32).ToArray()).Message);
        Assert.Contains("unknown type 1000;", Problem(new GgufWriter().AddTensor("a", 1000, 32).ToArray()).Message);
        Assert.Contains("no whole blocks of 32 (Q8_0)", Problem(new GgufWriter().AddTensor("a", 8, 33).ToArray()).Message);
        Assert.Contains("elements", Problem(new GgufWriter().AddTensor("a", 0, 1L << 32, 1L << 32).ToArray()).Message);
        Assert.Contains("more bytes", Problem(new GgufWriter().AddTensor("a", 0, long.MaxValue).ToArray()).Message);
        Assert.Contains("data offset 64", Problem(new GgufWriter().AddTensorAt("a", 0, 64, 8).ToArray()).Message);
        Assert.Contains("63 are allowed", Problem(new GgufWriter().AddTensor(new string('t', 64), 0, 8).ToArray()).Message);
    }

    [Fact]
    public void Tensor_larger_than_the_file_is_a_problem()
    {
        GgufProblem? problem = Header(new GgufWriter().AddTensor("a", 0, 1L << 40).ToArray()).CheckTensorData();
        Assert.Contains("but tensor a needs bytes up to 4,398,046,511,168", problem!.Message);
    }

    [Fact]
    public void Names_in_messages_carry_no_control_characters()
    {
        string message = Problem(new GgufWriter().Raw("a\u001b[31m\u202eb\n", (GgufValueType)77, _ => { }).ToArray()).Message;
        Assert.Contains("a?[31m?b?", message);
        Assert.Contains('…', Problem(new GgufWriter().Raw(new string('k', 100), (GgufValueType)77, _ => { }).ToArray()).Message);
    }
}
