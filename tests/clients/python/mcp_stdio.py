# The stdio transport with the Python SDK 1 or 2. Arguments: 1 or 2, then the command of the server.
import asyncio
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main() -> None:
    version, command, *arguments = sys.argv[1:]
    told = []

    async def on_progress(progress, total, message):
        told.append((progress, message or ""))

    async with stdio_client(StdioServerParameters(command=command, args=arguments)) as (read, write):
        async with ClientSession(read, write) as session:
            result = await session.initialize()
            info = result.serverInfo if version == "1" else result.server_info
            assert info.name == "mistralserve", result
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
            info = await session.call_tool("model_info", {})
            data = info.structuredContent if version == "1" else info.structured_content
            assert data["architecture"] == "llama"
    print("ok")


asyncio.run(main())
