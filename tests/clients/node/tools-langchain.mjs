// LangChain against the scripted model: node tools-langchain.mjs BASE_URL
import assert from 'node:assert/strict';
import { AIMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';

const model = new ChatOpenAI({ model: 'scripted', apiKey: 'none', maxRetries: 0, configuration: { baseURL: process.argv[2] } });
const weather = tool(async ({ city }) => JSON.stringify({ city, degrees: 18 }), {
  name: 'get_weather', description: 'Weather of a city', schema: z.object({ city: z.string(), days: z.number().int() }),
});
const bound = model.bindTools([weather]);

const question = new HumanMessage('What is the weather in Paris?');
const answer = await bound.invoke([question]);
assert.equal(answer.tool_calls.length, 1);
assert.equal(answer.tool_calls[0].name, 'get_weather');
assert.deepEqual(answer.tool_calls[0].args, { city: 'Paris', days: 2 });
assert.equal(answer.invalid_tool_calls.length, 0);

const result = await weather.invoke(answer.tool_calls[0]);
assert.ok(result instanceof ToolMessage);
const last = await bound.invoke([question, answer, result]);
assert.equal(last.content, 'It is 18 degrees in Paris. 🌤');

let joined;
for await (const chunk of await bound.stream([question])) {
  joined = joined === undefined ? chunk : joined.concat(chunk);
}
assert.ok(joined instanceof AIMessageChunk);
assert.equal(joined.tool_calls[0].name, 'get_weather');
assert.deepEqual(joined.tool_calls[0].args, { city: 'Paris', days: 2 });

const forced = await model.bindTools([weather], { tool_choice: 'get_weather' }).invoke([question]);
assert.equal(forced.tool_calls[0].name, 'get_weather');
console.log('ok');
