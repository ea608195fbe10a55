// LangChain against malformed answers: node hostile-langchain.mjs BASE_URL SCRIPT
import assert from 'node:assert/strict';
import { ChatOpenAI } from '@langchain/openai';
import { ask, parse, tools } from './hostile.mjs';

// It takes a call that it cannot parse for one of an old package, and says so.
console.warn = () => {};

const model = new ChatOpenAI({ model: 'scripted', apiKey: 'none', maxRetries: 0, maxTokens: 4000, temperature: 0, configuration: { baseURL: process.argv[2] } }).bindTools(tools);

// The client has parsed the arguments, and tells those apart that are no JSON.
const show = json => parse(json) === undefined ? 'invalid' : JSON.stringify(parse(json));
const arrange = calls => [...calls.filter(call => call.arguments !== 'invalid'), ...calls.filter(call => call.arguments === 'invalid')];

async function whole(question) {
  const { content, tool_calls, invalid_tool_calls } = await model.invoke(question);
  return {
    content,
    calls: [
      ...tool_calls.map(call => ({ name: call.name, arguments: JSON.stringify(call.args) })),
      ...invalid_tool_calls.map(call => ({ name: call.name, arguments: 'invalid' })),
    ],
  };
}

// In a stream it completes arguments that are cut off: what it was told is in the chunks of calls.
async function streamed(question) {
  let joined;
  for await (const chunk of await model.stream(question)) {
    joined = joined === undefined ? chunk : joined.concat(chunk);
  }
  const calls = joined.tool_call_chunks.map(call => ({ name: call.name, arguments: show(call.args) }));
  assert.equal(joined.tool_calls.length + joined.invalid_tool_calls.length, calls.length);
  for (const call of joined.tool_calls) {
    assert.ok(calls.some(({ name, arguments: args }) => name === call.name && (args === 'invalid' || args === JSON.stringify(call.args))), call.name);
  }
  return { content: joined.content, calls: arrange(calls) };
}

await ask(process.argv[3], whole, streamed, show, arrange);
console.log('ok');
