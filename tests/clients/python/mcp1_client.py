# Python SDK 1: progress, structured content, errors. Argument: URL of /mcp.
import asyncio
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from mcp_question import ask


async def main() -> None:
    async with streamablehttp_client(sys.argv[1]) as (read, write, _):
        async with ClientSession(read, write) as session:
            result = await session.initialize()
            assert result.protocolVersion == "2025-11-25", result
            await session.send_ping()
            tools = await session.list_tools()
            assert tools.tools[0].name == "chat"
            told = await ask(session)
            assert [p for p, _ in told] == sorted({p for p, _ in told}), told
            # Throws when the data does not conform to the schema.
            info = await session.call_tool("model_info", {})
            assert info.structuredContent["architecture"] == "llama"
            bad = await session.call_tool("chat", {})
            assert bad.isError and "messages" in bad.content[0].text
    print("ok")


asyncio.run(main())
