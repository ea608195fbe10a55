// Vercel's AI SDK against the scripted model: node tools-ai-sdk.mjs BASE_URL
import assert from 'node:assert/strict';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';

const model = createOpenAICompatible({ name: 'mistralserve', baseURL: process.argv[2] })('scripted');
const asked = [];
const tools = {
  get_weather: tool({
    description: 'Weather of a city',
    inputSchema: z.object({ city: z.string(), days: z.number().int() }),
    execute: async ({ city, days }) => { asked.push(`${city} ${days}`); return { city, degrees: city === 'Paris' ? 18 : 25 }; },
  }),
};

const prompt = 'What is the weather in Paris?';
const whole = await generateText({ model, prompt, tools, stopWhen: isStepCount(3), maxRetries: 0 });
assert.equal(whole.text, 'It is 18 degrees in Paris. 🌤');
assert.equal(whole.steps.length, 2);
assert.equal(whole.steps[0].finishReason, 'tool-calls');
assert.equal(whole.steps[0].reasoningText, 'The user wants the weather 🌦 of Paris.');

const streamed = streamText({ model, prompt, tools, stopWhen: isStepCount(3), maxRetries: 0, onError: ({ error }) => { throw error; } });
let text = '';
for await (const piece of streamed.textStream) {
  text += piece;
}
assert.ok(text.endsWith('It is 18 degrees in Paris. 🌤'), text);
assert.deepEqual(asked, ['Paris 2', 'Paris 2']);
console.log('ok');
