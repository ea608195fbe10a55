// A slow model: what timers of clients do, and that ids are scoped by client. The tool takes about 4 s, tells progress all the time and
// gives its text at the end. Arguments: sdk1 or sdk2, URL of /mcp.
import { assert, done } from './check.mjs';

const [sdk, url] = process.argv.slice(2);
const isFirst = sdk === 'sdk1';
const { Client } = await import(isFirst ? '@modelcontextprotocol/sdk/client/index.js' : '@modelcontextprotocol/client');
const { StreamableHTTPClientTransport } = await import(isFirst ? '@modelcontextprotocol/sdk/client/streamableHttp.js' : '@modelcontextprotocol/client');

async function connect() {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

const call = (client, options) => isFirst
  ? client.callTool({ name: 'chat', arguments: {} }, undefined, options)
  : client.callTool({ name: 'chat', arguments: {} }, options);

// The client's timer is reset by progress, if the caller says so.
const client = await connect();
const kept = await call(client, { timeout: 1000, resetTimeoutOnProgress: true, onprogress: () => {} });
assert.equal(kept.content[0].text, 'done');

// Without the reset, or without a wish for progress, it runs out: the time is the client's.
for (const options of [{ timeout: 1000, onprogress: () => {} }, { timeout: 1000 }]) {
  const start = Date.now();
  await assert.rejects(call(client, options), /timed out/i);
  assert.ok(Date.now() - start < 3000);
}

// Two clients that have sent the same requests use the same ids: a cancellation reaches its own call only.
const [mine, theirs] = [await connect(), await connect()];
const controller = new AbortController();
const cancelled = assert.rejects(call(mine, { signal: controller.signal, onprogress: () => controller.abort('user') }));
const finished = call(theirs, { timeout: 20000 });
await cancelled;
assert.equal((await finished).content[0].text, 'done');
done('slow');
