// mcp-remote as a stdio bridge in front of the server. Arguments: URL, its transport, a header.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, done } from './check.mjs';

const [url, transport, header] = process.argv.slice(2);
const proxy = path.join(path.dirname(fileURLToPath(import.meta.url)), 'node_modules', 'mcp-remote', 'dist', 'proxy.js');
const client = new Client({ name: 'test', version: '1' });
await client.connect(new StdioClientTransport({
  command: process.execPath, args: [proxy, url, '--transport', transport, '--allow-http', '--header', header], stderr: 'inherit',
}));
const { tools } = await client.listTools();
assert.ok(tools.some(tool => tool.name === 'chat'));
const { structuredContent } = await client.callTool({ name: 'model_info', arguments: {} });
assert.equal(structuredContent.demo, true);
await client.close();
done('remote');
