# Python SDK 2: both eras, progress, structured content, errors, cancellation. Argument: URL of /mcp.
import asyncio
import sys
import time

from mcp.client.client import Client

from mcp_question import CHAT, ask


async def check(**options) -> None:
    async with Client(sys.argv[1], **options) as client:
        tools = await client.list_tools()
        assert tools.tools[0].name == "chat"
        await ask(client)
        info = await client.call_tool("model_info", {})
        assert info.structured_content["architecture"] == "llama"
        bad = await client.call_tool("chat", {})
        assert bad.is_error and "messages" in bad.content[0].text

        endless = asyncio.create_task(client.call_tool("chat", {**CHAT, "maxTokens": 3000, "ignore_eos": True}))
        await asyncio.sleep(0.5)
        endless.cancel()
        start = time.monotonic()
        await client.call_tool("complete", {"prompt": "a", "maxTokens": 1})
        assert time.monotonic() - start < 5


async def main() -> None:
    await check(mode="auto")
    await check(mode="legacy")
    print("ok")


asyncio.run(main())
