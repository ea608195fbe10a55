// Vercel's AI SDK against malformed answers: node hostile-ai-sdk.mjs BASE_URL SCRIPT
import assert from 'node:assert/strict';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { ask, parameters, parse } from './hostile.mjs';

const model = createOpenAICompatible({ name: 'mistralserve', baseURL: process.argv[2] })('scripted');
const tools = Object.fromEntries(Object.entries(parameters).map(([name, schema]) => [name, tool({ description: name, inputSchema: jsonSchema(schema), execute: async () => 'done' })]));
const settings = prompt => ({ model, prompt, tools, maxOutputTokens: 4000, temperature: 0, stopWhen: isStepCount(2), maxRetries: 0 });

// The client has parsed the arguments: what it saw of them is compared by value.
const simplify = steps => {
  const [{ text, reasoningText, toolCalls }] = steps;
  assert.equal(steps.length, toolCalls.length > 0 ? 2 : 1);
  assert.equal(steps.at(-1).text, toolCalls.length > 0 ? 'Finished.' : text);
  return {
    content: text,
    reasoning: reasoningText ?? '',
    calls: toolCalls.map(({ toolName, input, invalid }) => ({ name: toolName, arguments: invalid ? 'invalid' : JSON.stringify(input) })),
  };
};

const whole = async question => simplify((await generateText(settings(question))).steps);

async function streamed(question) {
  const result = streamText({ ...settings(question), onError: ({ error }) => { throw error; } });
  let content = '', first = true;
  for await (const part of result.fullStream) {
    assert.notEqual(part.type, 'error', String(part.error));
    first &&= part.type !== 'finish-step';
    content += first && part.type === 'text-delta' ? part.text : '';
  }
  const seen = simplify(await result.steps);
  assert.equal(content, seen.content);
  return seen;
}

await ask(process.argv[3], whole, streamed, json => parse(json) === undefined ? 'invalid' : JSON.stringify(parse(json)));
console.log('ok');
