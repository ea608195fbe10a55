// A static key in a header of the TypeScript SDK, on every request. Arguments: URL of /mcp, the key.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { assert, done } from './check.mjs';

const [url, key] = process.argv.slice(2);
const transport = authorization => new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization } } });
const client = new Client({ name: 'test', version: '1' });
const good = transport(`Bearer ${key}`);
await client.connect(good);
assert.ok((await client.callTool({ name: 'model_info', arguments: {} })).structuredContent.id);
await good.terminateSession();
await client.close();
await assert.rejects(new Client({ name: 'test', version: '1' }).connect(transport('Bearer wrong')), error => error.code === 401);
done('keys');
