// OpenAI's client for Node against the REST port: node openai.mjs BASE_URL
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'none', maxRetries: 0 });
const model = 'any';
const messages = [{ role: 'user', content: 'Hello!' }];

const completion = await client.chat.completions.create({ model, messages, temperature: 0, max_completion_tokens: 12 });
const text = completion.choices[0].message.content;
assert.equal(completion.object, 'chat.completion');
assert.ok(text.length > 0);
assert.equal(completion.choices[0].message.refusal, null);
assert.ok(completion._request_id.length > 0);

const stream = client.chat.completions.stream({ model, messages, temperature: 0, max_completion_tokens: 12, stream_options: { include_usage: true } });
let streamed = '';
stream.on('content', delta => { streamed += delta; });
const final = await stream.finalChatCompletion();
assert.equal(streamed, text);
assert.equal(final.choices[0].message.content, text);
assert.equal((await stream.totalUsage()).completion_tokens, completion.usage.completion_tokens);

const Answer = z.object({ yes: z.boolean(), word: z.enum(['a', 'b']) });
const parsed = await client.chat.completions.parse({ model, messages, temperature: 0, max_completion_tokens: 60, response_format: zodResponseFormat(Answer, 'answer') });
assert.equal(typeof parsed.choices[0].message.parsed.yes, 'boolean');
assert.ok(['a', 'b'].includes(parsed.choices[0].message.parsed.word));

const response = await client.responses.create({ model, input: 'Hello!', temperature: 0, max_output_tokens: 16 });
assert.ok(response.output_text.length > 0);
assert.equal((await client.responses.retrieve(response.id)).output_text, response.output_text);
const items = await client.responses.inputItems.list(response.id);
assert.equal(items.data[0].content[0].text, 'Hello!');
const next = await client.responses.create({ model, input: 'And now?', previous_response_id: response.id, max_output_tokens: 16 });
assert.equal(next.previous_response_id, response.id);
assert.ok((await client.responses.inputTokens.count({ model, input: 'Hello!' })).input_tokens === response.usage.input_tokens);

const events = client.responses.stream({ model, input: 'Hello!', temperature: 0, max_output_tokens: 16 });
let deltas = '';
events.on('response.output_text.delta', event => { deltas += event.delta; });
const done = await events.finalResponse();
assert.equal(deltas, response.output_text);
assert.equal(done.output_text, response.output_text);

const structured = await client.responses.parse({ model, input: 'Hello!', temperature: 0, max_output_tokens: 60, text: { format: zodTextFormat(Answer, 'answer') } });
assert.equal(typeof structured.output_parsed.yes, 'boolean');

const background = await client.responses.create({ model, input: 'Hello!', background: true, max_output_tokens: 16 });
let state = background;
for (let i = 0; i < 200 && ['queued', 'in_progress'].includes(state.status); i++) {
  await new Promise(resolve => setTimeout(resolve, 25));
  state = await client.responses.retrieve(background.id);
}

assert.ok(['completed', 'incomplete'].includes(state.status), state.status);
await client.responses.delete(response.id);
await assert.rejects(client.responses.retrieve(response.id), OpenAI.NotFoundError);
await assert.rejects(client.chat.completions.create({ model, messages, temperature: 5 }), error => error instanceof OpenAI.BadRequestError && error.param === 'temperature' && error.code === 'invalid_value');

const models = await client.models.list();
assert.equal((await client.models.retrieve(models.data[0].id)).id, models.data[0].id);
console.log('ok');
