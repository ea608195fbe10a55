// What the scripts of this folder share.
import assert from 'node:assert/strict';

export { assert };

export const messages = text => [{ role: 'system', content: 'You are a helpful assistant.' }, { role: 'user', content: text }];

// Long enough to be cancelled in the middle, whatever the model says.
export const endless = { messages: messages('Tell me about the sea.'), maxTokens: 2000, ignore_eos: true, temperature: 0 };

export const paris = { messages: messages('What is the capital of France?'), maxTokens: 32, temperature: 0 };

export function textOf(result) {
  assert.ok(!result.isError, JSON.stringify(result));
  assert.equal(result.content.length, 1);
  assert.equal(result.content[0].type, 'text');
  return result.content[0].text;
}

// Deltas rise and are a prefix of the answer.
export function checkProgress(told, text) {
  assert.ok(told.length > 0, 'no progress was told');
  let last = -1;
  for (const { progress } of told) {
    assert.ok(progress > last, `${progress} after ${last}`);
    last = progress;
  }
  const deltas = told.map(item => item.message ?? '').join('');
  assert.ok(deltas.length > 0, 'no text was told');
  assert.ok(text.startsWith(deltas), `${JSON.stringify(deltas)} is no prefix of ${JSON.stringify(text)}`);
}

// The number of sequences is 1 in these tests: a call that is answered soon proves that the cancelled one has let go.
export async function isFree(call) {
  const start = Date.now();
  await call();
  assert.ok(Date.now() - start < 5000, `the sequence was not free: ${Date.now() - start} ms`);
}

export async function cancelAfterFirstDelta(call) {
  const controller = new AbortController();
  await assert.rejects(call({ signal: controller.signal, onprogress: ({ message }) => message && controller.abort('user') }));
}

export function done(name) {
  console.log(`${name}: ok`);
  // Some transports keep timers.
  process.exit(0);
}
