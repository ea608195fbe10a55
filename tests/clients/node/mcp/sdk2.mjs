// @modelcontextprotocol/client: legacy, auto and pinned era over HTTP, stdio. Arguments: URL of /mcp, then the stdio command.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { assert, checkCancel, checkProgress, done, endless, paris, textOf } from './check.mjs';

const [url, binary, ...args] = process.argv.slice(2);

async function check(transport, mode) {
  const client = new Client({ name: 'test', version: '1' }, mode ? { versionNegotiation: { mode } } : undefined);
  const errors = [];
  client.onerror = error => errors.push(error);
  await client.connect(transport);
  assert.equal(client.getServerVersion().name, 'mistralserve');
  const { tools } = await client.listTools();
  assert.equal(tools[0].name, 'chat');

  const told = [];
  const result = await client.callTool({ name: 'chat', arguments: paris }, { onprogress: item => told.push(item) });
  assert.equal(textOf(result), 'The capital of France is Paris.');
  checkProgress(told, textOf(result));
  assert.equal((await client.callTool({ name: 'model_info', arguments: {} })).structuredContent.architecture, 'llama');
  await assert.rejects(client.callTool({ name: 'nope', arguments: {} }));

  assert.deepEqual(errors, [], `${mode}`);
  await checkCancel(
    options => client.callTool({ name: 'chat', arguments: endless }, options),
    () => client.callTool({ name: 'complete', arguments: { prompt: 'a', maxTokens: 1 } }));
  // Progress that was on its way when the client gave up has no reader any more, which is all that may be said.
  assert.deepEqual(errors.filter(error => !/unknown token/.test(error.message)), [], `${mode}`);
  await client.close();
}

const http = () => new StreamableHTTPClientTransport(new URL(url));
await check(http());
await check(http(), 'auto');
await check(http(), { pin: '2026-07-28' });
await check(new StdioClientTransport({ command: binary, args, stderr: 'ignore' }), 'auto');
done('sdk2');
