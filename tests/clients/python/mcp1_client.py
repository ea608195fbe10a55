# Python SDK 1: progress, structured content, errors. Argument: URL of /mcp.
import asyncio
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main() -> None:
    told = []

    async def on_progress(progress, total, message):
        told.append((progress, message or ""))

    async with streamablehttp_client(sys.argv[1]) as (read, write, _):
        async with ClientSession(read, write) as session:
            result = await session.initialize()
            assert result.protocolVersion == "2025-11-25", result
            await session.send_ping()
            tools = await session.list_tools()
            assert tools.tools[0].name == "chat"
            reply = await session.call_tool(
                "chat",
                {
                    "messages": [
                        {"role": "system", "content": "You are a helpful assistant."},
                        {"role": "user", "content": "What is the capital of France?"},
                    ],
                    "maxTokens": 32,
                    "temperature": 0,
                },
                progress_callback=on_progress,
            )
            text = reply.content[0].text
            assert text == "The capital of France is Paris.", text
            deltas = "".join(message for _, message in told)
            assert deltas and text.startswith(deltas), told
            assert [p for p, _ in told] == sorted({p for p, _ in told}), told
            # Throws when the data does not conform to the schema.
            info = await session.call_tool("model_info", {})
            assert info.structuredContent["architecture"] == "llama"
            bad = await session.call_tool("chat", {})
            assert bad.isError and "messages" in bad.content[0].text
    print("ok")


asyncio.run(main())
