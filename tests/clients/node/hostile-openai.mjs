// OpenAI's client for Node against malformed answers: node hostile-openai.mjs BASE_URL SCRIPT
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { ask, parameters, parse, tools } from './hostile.mjs';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'none', maxRetries: 0 });
const request = content => ({ model: 'scripted', max_completion_tokens: 4000, temperature: 0, messages: [{ role: 'user', content }] });

const simplify = ({ content, reasoning_content, tool_calls }) => ({
  content: content ?? '',
  reasoning: reasoning_content ?? '',
  calls: (tool_calls ?? []).map(call => ({ name: call.function.name, arguments: call.function.arguments })),
});

async function whole(question) {
  const completion = await client.chat.completions.create({ ...request(question), tools });
  const [choice] = completion.choices;
  const seen = simplify(choice.message);
  assert.equal(choice.finish_reason, seen.calls.length > 0 ? 'tool_calls' : 'stop');
  assert.equal(new Set(choice.message.tool_calls?.map(call => call.id)).size, seen.calls.length);
  await run(question, seen);
  return seen;
}

async function streamed(question) {
  const stream = client.chat.completions.stream({ ...request(question), tools });
  let reasoning = '', content = '';
  stream.on('chunk', chunk => { reasoning += chunk.choices[0]?.delta.reasoning_content ?? ''; });
  stream.on('content', delta => { content += delta; });
  const { choices: [choice] } = await stream.finalChatCompletion();
  const seen = simplify({ ...choice.message, reasoning_content: reasoning });
  assert.equal(content, seen.content);
  assert.equal(choice.finish_reason, seen.calls.length > 0 ? 'tool_calls' : 'stop');
  return seen;
}

// Every call is answered, and the model goes on behind it; arguments that are no JSON are told to the model by the client.
async function run(question, seen) {
  const runnable = called => Object.entries(parameters).map(([name, schema]) => ({
    type: 'function', function: { name, description: name, parameters: schema, parse: JSON.parse, function: () => { called.push(name); return 'done'; } },
  }));
  for (const stream of [false, true]) {
    const called = [];
    const runner = client.chat.completions.runTools({ ...request(question), stream, tools: runnable(called) });
    const final = await runner.finalContent();
    assert.equal(final ?? '', seen.calls.length > 0 ? 'Finished.' : seen.content, 'runTools');
    assert.deepEqual(called, seen.calls.filter(call => parse(call.arguments) !== undefined).map(call => call.name), 'runTools');
    assert.equal(runner.messages.filter(message => message.role === 'tool').length, seen.calls.length, 'runTools');
  }
}

await ask(process.argv[3], whole, streamed);
console.log('ok');
