// OpenAI's client for Node against the scripted model: node tools-openai.mjs BASE_URL
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { z } from 'zod';
import { zodFunction } from 'openai/helpers/zod';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'none', maxRetries: 0 });
const model = 'scripted';
const parameters = {
  type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city', 'days'], additionalProperties: false,
};
const asked = [];
const runnable = {
  type: 'function',
  function: {
    name: 'get_weather', description: 'Weather of a city', parameters, parse: JSON.parse,
    function: ({ city, days }) => { asked.push(`${city} ${days}`); return JSON.stringify({ city, degrees: city === 'Paris' ? 18 : 25 }); },
  },
};

for (const stream of [false, true]) {
  const runner = client.chat.completions.runTools({ model, stream, messages: [{ role: 'user', content: 'What is the weather in Paris?' }], tools: [runnable] });
  assert.equal(await runner.finalContent(), 'It is 18 degrees in Paris. 🌤');
  assert.deepEqual(runner.messages.map(message => message.role), ['user', 'assistant', 'tool', 'assistant']);
}
assert.deepEqual(asked, ['Paris 2', 'Paris 2']);

const both = client.chat.completions.runTools({ model, messages: [{ role: 'user', content: 'What is the weather in Paris and Rome?' }], tools: [runnable] });
assert.equal(await both.finalContent(), 'It is 18 degrees in Paris and 25 in Rome.');
assert.deepEqual(asked.slice(2), ['Paris 1', 'Rome 2']);

const tool = { type: 'function', function: { name: 'get_weather', parameters } };
const stream = client.chat.completions.stream({
  model, messages: [{ role: 'user', content: 'What is the weather in Paris?' }], tools: [tool], stream_options: { include_usage: true },
});
let pieces = 0, reasoning = '';
stream.on('tool_calls.function.arguments.delta', event => { assert.equal(event.name, 'get_weather'); pieces++; });
stream.on('chunk', chunk => { reasoning += chunk.choices[0]?.delta.reasoning_content ?? ''; });
const final = await stream.finalChatCompletion();
const choice = final.choices[0];
assert.equal(choice.finish_reason, 'tool_calls');
assert.equal(choice.message.content, 'Let me look.');
assert.equal(reasoning, 'The user wants the weather 🌦 of Paris.');
assert.ok(pieces > 3, `${pieces} pieces of arguments`);
assert.deepEqual(JSON.parse(choice.message.tool_calls[0].function.arguments), { city: 'Paris', days: 2 });
assert.ok(final.usage.completion_tokens_details.reasoning_tokens > 10);

const parsed = await client.chat.completions.parse({
  model, messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
  tools: [zodFunction({ name: 'get_weather', parameters: z.object({ city: z.string(), days: z.number().int() }) })],
});
assert.deepEqual(parsed.choices[0].message.tool_calls[0].function.parsed_arguments, { city: 'Paris', days: 2 });

const old = await client.chat.completions.create({
  model, messages: [{ role: 'user', content: 'What is the weather in Paris?' }], functions: [{ name: 'get_weather', parameters }],
});
assert.equal(old.choices[0].finish_reason, 'function_call');
assert.equal(old.choices[0].message.function_call.name, 'get_weather');
console.log('ok');
