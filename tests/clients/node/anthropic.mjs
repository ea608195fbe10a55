// Anthropic's client for Node against the REST port: node anthropic.mjs ORIGIN
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: process.argv[2], apiKey: 'none', maxRetries: 0 });
const model = 'any';
const messages = [{ role: 'user', content: 'Hello!' }];

const message = await client.messages.create({ model, max_tokens: 12, temperature: 0, system: 'You are a helpful assistant.', messages });
assert.equal(message.type, 'message');
assert.equal(message.role, 'assistant');
const text = message.content[0].text;
assert.ok(text.length > 0);
assert.ok(['end_turn', 'max_tokens'].includes(message.stop_reason));

const stream = client.messages.stream({ model, max_tokens: 12, temperature: 0, system: 'You are a helpful assistant.', messages });
let streamed = '';
stream.on('text', delta => { streamed += delta; });
const final = await stream.finalMessage();
assert.equal(streamed, text);
assert.equal(final.content[0].text, text);
assert.equal(final.usage.output_tokens, message.usage.output_tokens);

const word = text.trim().split(' ')[0];
const stopped = await client.messages.create({ model, max_tokens: 12, temperature: 0, system: 'You are a helpful assistant.', messages, stop_sequences: [word] });
assert.equal(stopped.stop_reason, 'stop_sequence');
assert.equal(stopped.stop_sequence, word);

const count = await client.messages.countTokens({ model, system: 'You are a helpful assistant.', messages });
assert.equal(count.input_tokens, message.usage.input_tokens + message.usage.cache_read_input_tokens);
await assert.rejects(client.messages.create({ model, max_tokens: 12, messages: [] }), error => error instanceof Anthropic.BadRequestError && error.error.error.type === 'invalid_request_error');
console.log('ok');
