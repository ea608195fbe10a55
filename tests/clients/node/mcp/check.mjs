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

async function cancelAfterFirstDelta(call) {
  const controller = new AbortController();
  await assert.rejects(call({ signal: controller.signal, onprogress: ({ message }) => message && controller.abort('user') }));
}

// The number of sequences is 1 in these tests: a call that is answered within a second proves that the cancelled one has let go. The best of
// three, because a busy machine may delay any single one.
export async function checkCancel(cancelled, next) {
  const times = [];
  for (let round = 0; round < 3; round++) {
    await cancelAfterFirstDelta(cancelled);
    const start = Date.now();
    await next();
    times.push(Date.now() - start);
  }
  assert.ok(Math.min(...times) < 1000, `the sequence was not free: ${times} ms`);
}

export function done(name) {
  console.log(`${name}: ok`);
  // Some transports keep timers.
  process.exit(0);
}
