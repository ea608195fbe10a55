# The stdio transport with the Python SDK 1 or 2. Arguments: 1 or 2, then the command of the server.
import asyncio
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from mcp_question import ask


async def main() -> None:
    version, command, *arguments = sys.argv[1:]

    async with stdio_client(StdioServerParameters(command=command, args=arguments)) as (read, write):
        async with ClientSession(read, write) as session:
            result = await session.initialize()
            info = result.serverInfo if version == "1" else result.server_info
            assert info.name == "mistralserve", result
            tools = await session.list_tools()
            assert tools.tools[0].name == "chat"
            await ask(session)
            info = await session.call_tool("model_info", {})
            data = info.structuredContent if version == "1" else info.structured_content
            assert data["architecture"] == "llama"
    print("ok")


asyncio.run(main())
