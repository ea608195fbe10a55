# Structured results of an embedding model with the Python SDK 1, which throws when they do not conform. Argument: URL of /mcp.
import asyncio
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main() -> None:
    async with streamablehttp_client(sys.argv[1]) as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            await session.list_tools()
            result = await session.call_tool("embed", {"input": ["one", "two"]})
            assert len(result.structuredContent["embeddings"]) == 2
            info = await session.call_tool("model_info", {})
            assert info.structuredContent["id"]
    print("ok")


asyncio.run(main())
