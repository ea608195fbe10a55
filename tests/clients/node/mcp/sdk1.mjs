// @modelcontextprotocol/sdk: Streamable HTTP, HTTP+SSE on both paths, stdio. Arguments: URL of /mcp, then the stdio command.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { assert, checkCancel, checkProgress, done, endless, messages, paris, textOf } from './check.mjs';

const [url, binary, ...args] = process.argv.slice(2);

async function connect(transport) {
  const client = new Client({ name: 'test', version: '1' });
  const errors = [];
  client.onerror = error => errors.push(error);
  await client.connect(transport);
  return { client, errors };
}

async function check(transport, name) {
  const { client, errors } = await connect(transport);
  assert.equal(client.getServerVersion().name, 'mistralserve');
  await client.ping();
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map(tool => tool.name), ['chat', 'complete', 'tokenize', 'count_tokens', 'model_info']);

  const told = [];
  const result = await client.callTool({ name: 'chat', arguments: paris }, undefined, { onprogress: item => told.push(item) });
  assert.equal(textOf(result), 'The capital of France is Paris.');
  checkProgress(told, textOf(result));
  assert.equal(result._meta['dev.mistralserve/finish_reason'], 'stop');

  // Emoji and a stop string: text that is held back is not told.
  const stopped = [];
  const cut = await client.callTool(
    { name: 'complete', arguments: { prompt: '🌊 one two three four five six seven', maxTokens: 40, temperature: 0, stop: ['twelve'] } },
    undefined, { onprogress: item => stopped.push(item) });
  checkProgress(stopped, textOf(cut));

  // These throw when the data does not conform to the schema.
  assert.equal((await client.callTool({ name: 'model_info', arguments: {} })).structuredContent.architecture, 'llama');
  const { tokens, count } = (await client.callTool({ name: 'tokenize', arguments: { content: 'Hello there' } })).structuredContent;
  assert.equal(tokens.length, count);
  assert.equal((await client.callTool({ name: 'count_tokens', arguments: { content: 'Hello there' } })).structuredContent.count, count);
  assert.ok((await client.callTool({ name: 'count_tokens', arguments: { messages: messages('Hi') } })).structuredContent.count > 5);

  await assert.rejects(client.callTool({ name: 'nope', arguments: {} }), /-32602/);
  const bad = await client.callTool({ name: 'chat', arguments: {} });
  assert.ok(bad.isError && bad.content[0].text.includes('messages'));
  await assert.rejects(client.request({ method: 'x' }, EmptyResultSchema), /-32601/);
  for (const limit of ['maxTokens', 'max_tokens', 'max_completion_tokens']) {
    const short = await client.callTool({ name: 'chat', arguments: { messages: messages('Count to a hundred.'), [limit]: 5 } });
    assert.ok(short._meta['dev.mistralserve/usage'].completion_tokens <= 5);
  }

  assert.deepEqual(errors, [], name);
  await checkCancel(
    options => client.callTool({ name: 'chat', arguments: endless }, undefined, { ...options, timeout: 60000 }),
    () => client.callTool({ name: 'complete', arguments: { prompt: 'a', maxTokens: 1 } }));

  // Progress that was on its way when the client gave up has no reader any more, which is all that may be said.
  assert.deepEqual(errors.filter(error => !/unknown token/.test(error.message)), [], name);
  return client;
}

const http = new StreamableHTTPClientTransport(new URL(url));
const client = await check(http, 'http');
assert.equal(http.protocolVersion, '2025-11-25');
assert.match(http.sessionId, /^[0-9a-f]{32}$/);

// The client's timer is reset by progress, if the caller says so.
const slow = { name: 'chat', arguments: { ...endless, maxTokens: 150 } };
await client.callTool(slow, undefined, { timeout: 2000, resetTimeoutOnProgress: true, onprogress: () => {} });
await http.terminateSession();
await client.close();

for (const path of ['/sse', '/mcp']) {
  const legacy = await check(new SSEClientTransport(new URL(path, url)), path);
  await legacy.close();
}

const stdio = await check(new StdioClientTransport({ command: binary, args, stderr: 'ignore' }), 'stdio');
await stdio.close();
done('sdk1');
