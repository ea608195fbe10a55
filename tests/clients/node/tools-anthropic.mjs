// Anthropic's client for Node against the scripted model: node tools-anthropic.mjs ORIGIN
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: process.argv[2], apiKey: 'none', maxRetries: 0 });
const model = 'scripted';
const tools = [{
  name: 'get_weather', description: 'Weather of a city',
  input_schema: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city', 'days'], additionalProperties: false },
}];

// Without it the server allows no thinking, and the script begins with some.
const thinking = { type: 'enabled', budget_tokens: 1024 };
const asked = { model, max_tokens: 2000, thinking, tools, messages: [{ role: 'user', content: 'What is the weather in Paris?' }] };

const whole = await client.messages.create(asked);
assert.equal(whole.stop_reason, 'tool_use');
const use = whole.content.find(block => block.type === 'tool_use');
assert.equal(use.name, 'get_weather');
assert.deepEqual(use.input, { city: 'Paris', days: 2 });

const stream = client.messages.stream(asked);
let pieces = 0, thought = '', text = '';
stream.on('inputJson', () => { pieces++; });
stream.on('thinking', delta => { thought += delta; });
stream.on('text', delta => { text += delta; });
const final = await stream.finalMessage();
assert.deepEqual(final.content.map(block => block.type), ['thinking', 'text', 'tool_use']);
assert.equal(thought, 'The user wants the weather 🌦 of Paris.');
assert.equal(text, 'Let me look.');
assert.ok(pieces > 3, `${pieces} pieces of input`);
assert.deepEqual(final.content[2].input, { city: 'Paris', days: 2 });
assert.equal(final.stop_reason, 'tool_use');

const answered = await client.messages.create({
  ...asked,
  messages: [
    ...asked.messages,
    { role: 'assistant', content: final.content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: final.content[2].id, content: JSON.stringify({ city: 'Paris', degrees: 18 }) }] },
  ],
});
assert.equal(answered.stop_reason, 'end_turn');
assert.equal(answered.content[0].text, 'It is 18 degrees in Paris. 🌤');

const both = await client.messages.create({ ...asked, messages: [{ role: 'user', content: 'What is the weather in Paris and Rome?' }] });
assert.deepEqual(both.content.filter(block => block.type === 'tool_use').map(block => block.input.city), ['Paris', 'Rome']);
const one = await client.messages.create({
  ...asked, messages: [{ role: 'user', content: 'What is the weather in Paris and Rome?' }], tool_choice: { type: 'auto', disable_parallel_tool_use: true },
});
assert.equal(one.content.filter(block => block.type === 'tool_use').length, 1);
const forced = await client.messages.create({ ...asked, tool_choice: { type: 'any' } });
assert.equal(forced.content.at(-1).type, 'tool_use');
console.log('ok');
