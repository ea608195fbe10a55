using System.Text;
using MistralServe.Hosting.Access.OAuth;

namespace MistralServe.Tests.Hosting.OAuth;

/// <summary>How the answer of an issuer is taken apart; <see cref="OAuthTests"/> fetch over the wire.</summary>
public sealed class DocumentFetcherTests
{
    private readonly DocumentFetcher _fetcher = new(TimeSpan.FromSeconds(5), 16);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello and more", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", "hello")]
    [InlineData("HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello", null)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", null)]
    public void A_complete_answer_gives_its_document(string answer, string? expected)
    {
        Assert.Equal((expected, null), _fetcher.Parse(Encoding.ASCII.GetBytes(answer), isEnd: true));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0")]
    public void What_is_cut_is_waited_for_and_then_a_problem(string answer)
    {
        Assert.Null(_fetcher.Parse(Encoding.ASCII.GetBytes(answer), isEnd: false));
        (string? text, string? problem) = _fetcher.Parse(Encoding.ASCII.GetBytes(answer), isEnd: true)!.Value;
        Assert.Null(text);
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n0123456789abcdefg")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n0123")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("SSH-2.0-x\r\n\r\n")]
    public void What_is_too_long_or_no_answer_is_a_problem_at_once(string answer)
    {
        (string? text, string? problem) = _fetcher.Parse(Encoding.ASCII.GetBytes(answer), isEnd: false)!.Value;
        Assert.Null(text);
        Assert.NotNull(problem);
    }
}
