using System.Globalization;
using MistralServe.Inference.Sequences;
using Linq = System.Linq.Enumerable;

namespace MistralServe.Tests.Sequences;

/// <summary>The operators of Inference/Sequences give what the framework's of the same name give.</summary>
public sealed class SequenceTests
{
    public static TheoryData<int[]> Lists => new((int[][])[[], [1], [3, 1, 2, 3, 1], [5, 4, 4, 9, -1, 7, 5, 5], [.. Linq.Range(0, 70)]]);

    [Theory]
    [MemberData(nameof(Lists))]
    public void Operators_give_what_the_frameworks_give(int[] list)
    {
        int[] other = [3, 9, 12];
        Func<int, string> text = item => item.ToString(CultureInfo.InvariantCulture);
        Func<int, bool> isOdd = item => item % 2 != 0;
        Assert.Equal(Linq.Select(list, text), Projection.Select(list, text));
        Assert.Equal(Linq.Select(list, (item, index) => item * index), Projection.Select(list, (item, index) => item * index));
        Assert.Equal(Linq.SelectMany(list, text), Projection.SelectMany(list, text));
        Assert.Equal(Linq.Zip(list, other), Projection.Zip(list, other));
        Assert.Equal(Linq.Zip(other, list), Projection.Zip(other, list));
        Assert.Equal(Linq.Where(list, isOdd), Selection.Where(list, isOdd));
        Assert.Equal(Linq.TakeWhile(list, isOdd), Selection.TakeWhile(list, isOdd));
        Assert.Equal(Linq.Concat(list, other), Selection.Concat(list, other));
        Assert.Equal(Linq.Append(list, 8), Selection.Append(list, 8));
        Assert.Equal(Linq.Prepend(list, 8), Selection.Prepend(list, 8));
        Assert.Equal(Linq.Distinct(list), Selection.Distinct(list));
        Assert.Equal(Linq.DistinctBy(list, isOdd), Selection.DistinctBy(list, isOdd));
        Assert.Equal(Linq.Except(list, other), Selection.Except(list, other));
        Assert.Equal(Linq.Union(list, other), Selection.Union(list, other));
        Assert.Equal(Linq.Chunk(list, 3), Selection.Chunk(list, 3));
        foreach (int count in (int[])[-1, 0, 1, 3, 100])
        {
            Assert.Equal(Linq.Take(list, count), Selection.Take(list, count));
            Assert.Equal(Linq.Skip(list, count), Selection.Skip(list, count));
            Assert.Equal(Linq.SkipLast(list, count), Selection.SkipLast(list, count));
        }

        Assert.Equal(Linq.Reverse(list), Ordering.Reverse(list));
        Assert.Equal(Linq.Order(list), Ordering.Order(list));
        Assert.Equal(Linq.OrderBy(list, text, StringComparer.Ordinal), Ordering.OrderBy(list, text, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void Reductions_give_what_the_frameworks_give(int[] list)
    {
        int[] other = [3, 9, 12];
        Func<int, bool> isOdd = item => item % 2 != 0;
        Assert.Equal(list.Length > 0, Reduction.Any(list));
        Assert.Equal(Linq.Any(list, isOdd), Reduction.Any(list, isOdd));
        Assert.Equal(Linq.All(list, isOdd), Reduction.All(list, isOdd));
        Assert.Equal(Linq.Contains(list, 9), Reduction.Contains(list, 9));
        Assert.Equal(Linq.SequenceEqual(list, other), Reduction.SequenceEqual(list, other));
        Assert.True(Reduction.SequenceEqual(list, list));
        Assert.False(Reduction.SequenceEqual(list, Selection.Append(list, 1)));
        Assert.Equal(Linq.Count(list, isOdd), Reduction.Count(list, isOdd));
        Assert.Equal(list.Length, Reduction.Count(Selection.Where(list, _ => true)));
        Assert.Equal(Linq.FirstOrDefault(list, isOdd), Reduction.FirstOrDefault(list, isOdd));
        Assert.Equal(Linq.LastOrDefault(list), Reduction.LastOrDefault(list));
        Assert.Equal(Linq.Sum(list), Reduction.Sum(list));
        Assert.Equal(Linq.Sum(list, item => item * 2L), Reduction.Sum(list, item => item * 2L));
        Assert.Equal(Linq.Aggregate(list, "", (all, item) => $"{all}{item}"), Reduction.Aggregate(list, "", (all, item) => $"{all}{item}"));
        Assert.Equal(Linq.ToArray(list), Reduction.ToArray(list));
        Assert.Equal(Linq.ToHashSet(list), Reduction.ToHashSet(list));
        if (list.Length > 0)
        {
            Assert.Equal(Linq.Min(list), Reduction.Min(list));
            Assert.Equal(Linq.Max(list), Reduction.Max(list));
            Assert.Equal(Linq.MinBy(list, Math.Abs), Reduction.MinBy(list, Math.Abs));
            Assert.Equal(Linq.MaxBy(list, isOdd), Reduction.MaxBy(list, isOdd));
            Assert.Equal(list[0], Reduction.First(list));
        }
        else
        {
            Assert.Throws<InvalidOperationException>(() => Reduction.Min(list));
            Assert.Throws<InvalidOperationException>(() => Reduction.First(list));
        }
    }

    [Fact]
    public void Equal_keys_keep_their_order_both_ways()
    {
        string[] words = ["bb", "a", "cc", "d", "aa", "ccc", "e"];
        Assert.Equal(Linq.OrderBy(words, word => word.Length), Ordering.OrderBy(words, word => word.Length));
        Assert.Equal(Linq.OrderByDescending(words, word => word.Length), Ordering.OrderByDescending(words, word => word.Length));
    }

    [Fact]
    public void Groups_come_in_the_order_of_their_first_item()
    {
        string[] words = ["bb", "a", "cc", "d", "aa"];
        Assert.Equal(
            Linq.Select(Linq.GroupBy(words, word => word.Length), group => (group.Key, string.Join(',', group))),
            Projection.Select(Ordering.GroupBy(words, word => word.Length), group => (group.Key, string.Join(',', group))));
    }
}
