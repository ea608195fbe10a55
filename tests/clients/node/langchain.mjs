// LangChain's OpenAI chat model against the REST port: node langchain.mjs BASE_URL
import assert from 'node:assert/strict';
import { ChatOpenAI } from '@langchain/openai';

const model = new ChatOpenAI({ model: 'any', apiKey: 'none', temperature: 0, maxTokens: 12, maxRetries: 0, configuration: { baseURL: process.argv[2] } });
const whole = await model.invoke('Hello!');
assert.ok(whole.content.length > 0);
assert.ok(whole.usage_metadata.input_tokens > 0);
let text = '';
for await (const chunk of await model.stream('Hello!')) {
  text += chunk.content;
}

assert.equal(text, whole.content);

const responses = new ChatOpenAI({ model: 'any', apiKey: 'none', temperature: 0, maxTokens: 16, maxRetries: 0, useResponsesApi: true, configuration: { baseURL: process.argv[2] } });
assert.ok((await responses.invoke('Hello!')).text.length > 0);
console.log('ok');
