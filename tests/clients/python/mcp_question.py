# The question that every MCP client asks, and what must come back.
CHAT = {
    "messages": [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "What is the capital of France?"},
    ],
    "maxTokens": 32,
    "temperature": 0,
}


async def ask(client) -> list:
    """Asks by a session of SDK 1 or a client of SDK 2; gives what progress told: numbers and messages."""
    told = []

    async def on_progress(progress, total, message):
        told.append((progress, message or ""))

    reply = await client.call_tool("chat", CHAT, progress_callback=on_progress)
    text = reply.content[0].text
    assert text == "The capital of France is Paris.", text
    deltas = "".join(message for _, message in told)
    assert deltas and text.startswith(deltas), told
    return told
