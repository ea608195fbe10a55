// Structured results of an embedding model: the client throws when they do not conform. Argument: URL of /mcp.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { assert, done } from './check.mjs';

const client = new Client({ name: 'test', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
const { tools } = await client.listTools();
assert.ok(!tools.some(tool => tool.name === 'chat'));
const { structuredContent } = await client.callTool({ name: 'embed', arguments: { input: ['one', 'two'] } });
assert.equal(structuredContent.embeddings.length, 2);
assert.equal(structuredContent.embeddings[0].length, structuredContent.embeddings[1].length);
assert.ok((await client.callTool({ name: 'model_info', arguments: {} })).structuredContent.id);
const bad = await client.callTool({ name: 'embed', arguments: {} });
assert.ok(bad.isError && bad.content[0].text.includes('input'));
await client.close();
done('embed');
