#!/usr/bin/env python3
"""Prompt and decode speed of mistral.rs through its Python package.

  python mistralrs_bench.py MODEL.gguf PROMPT_FILE_SHORT PROMPT_FILE_LONG DECODE_TOKENS

The short prompt's answer gives the decode speed: tokens after the first divided by the time after the first, as the bench
counts them for servers. The long prompt with one token gives the prompt speed: prompt tokens divided by the time to the first
token. Prints one JSON object; speeds in tokens per second.
"""
import json
import os
import sys
import time


def stream(runner, request):
    """Runs one request; returns seconds to the first token, seconds from it to the end, and the usage."""
    start = time.perf_counter()
    first = last = None
    usage = None
    for chunk in runner.send_chat_completion_request(request):
        last = time.perf_counter()
        usage = getattr(chunk, "usage", None) or usage
        if first is None and chunk.choices and chunk.choices[0].delta.content:
            first = last
    if first is None or usage is None:
        raise SystemExit("mistral.rs answered without text or usage")
    return first - start, last - first, usage


def main():
    model, short_file, long_file, decode_tokens = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    from mistralrs import ChatCompletionRequest, Runner, Which

    folder, file = os.path.split(os.path.abspath(model))
    # One sequence and no prefix cache: the other peers get fresh prompts too.
    runner = Runner(which=Which.GGUF(folder, file), max_seqs=1, prefix_cache_n=0)

    def request(path, tokens):
        with open(path, encoding="utf-8") as text:
            content = text.read()
        return ChatCompletionRequest(
            model="default", messages=[{"role": "user", "content": content}],
            max_tokens=tokens, temperature=0.0, ignore_eos=True, stream=True)

    stream(runner, request(short_file, 4))
    _, decode_seconds, decoded = stream(runner, request(short_file, decode_tokens))
    prompt_seconds, _, prompted = stream(runner, request(long_file, 2))
    print(json.dumps({
        "decodeTokensPerSecond": (decoded.completion_tokens - 1) / decode_seconds,
        "promptTokensPerSecond": prompted.prompt_tokens / prompt_seconds,
        "decodeTokens": decoded.completion_tokens,
        "promptTokens": prompted.prompt_tokens,
    }))


main()
