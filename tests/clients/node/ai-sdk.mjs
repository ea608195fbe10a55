// Vercel's AI SDK against the REST port: node ai-sdk.mjs BASE_URL
import assert from 'node:assert/strict';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';

const model = createOpenAICompatible({ name: 'mistralserve', baseURL: process.argv[2], includeUsage: true })('any');
const settings = { model, prompt: 'Hello!', temperature: 0, maxOutputTokens: 12, maxRetries: 0 };
const whole = await generateText(settings);
assert.ok(whole.text.length > 0);
assert.ok(whole.usage.inputTokens > 0);

const stream = streamText(settings);
let text = '';
for await (const part of stream.textStream) {
  text += part;
}

assert.equal(text, whole.text);
assert.equal((await stream.usage).outputTokens, whole.usage.outputTokens);
console.log('ok');
