// What the scripts hostile-*.mjs share: the answers that the scripted model gives, and what is to be seen of them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const text = { type: 'string' };
export const parameters = {
  get_weather: { type: 'object', properties: { city: text, days: { type: 'integer' } }, required: ['city'] },
  write_file: { type: 'object', properties: { text, meta: { type: 'object' } } },
  now: { type: 'object', properties: {} },
};

export const tools = Object.entries(parameters).map(([name, schema]) => ({ type: 'function', function: { name, description: name, parameters: schema } }));

export function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

// Long texts as their beginning and hash: what differs is to be read.
function shorten(value) {
  return JSON.parse(JSON.stringify(value, (_, part) =>
    typeof part === 'string' && part.length > 500 ? `${part.slice(0, 100)}… ${part.length} ${createHash('sha256').update(part).digest('hex')}` : part));
}

// Asks each question once whole and once streamed; both give { content, reasoning, calls: [{ name, arguments }] }, reasoning only where the client tells
// it, arguments as the client shows them, and calls in its order.
export async function ask(path, whole, streamed, show = json => json, arrange = calls => calls) {
  for (const { when, spelled, content, reasoning, calls } of JSON.parse(readFileSync(path, 'utf8')).answers) {
    let seen;
    try {
      seen = await whole(when);
      if (spelled) {
        const expected = { content, reasoning, calls: arrange(calls.map(call => ({ ...call, arguments: show(call.arguments) }))) };
        assert.deepEqual(shorten({ ...seen, reasoning: seen.reasoning ?? reasoning }), shorten(expected));
      } else {
        for (const call of seen.calls) {
          assert.ok(call.name in parameters, call.name);
          assert.equal(typeof parse(call.arguments), 'object', shorten(call.arguments));
        }
      }
      assert.deepEqual({ streamed: shorten(await streamed(when)) }, { streamed: shorten(seen) });
    } catch (error) {
      error.message = `${when}: ${error.message}`;
      throw error;
    }
  }
}
