// OpenAI's client for Node against an embedding model: node openai-embeddings.mjs BASE_URL. It asks for base64 unless told otherwise.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'none', maxRetries: 0 });
const input = ['The capital of France is Paris.', 'Paris is a city.'];
const packed = await client.embeddings.create({ model: 'any', input });
const plain = await client.embeddings.create({ model: 'any', input, encoding_format: 'float' });
assert.equal(packed.data.length, 2);
packed.data.forEach((item, i) => item.embedding.forEach((value, k) => assert.ok(Math.abs(value - plain.data[i].embedding[k]) < 1e-6)));
const short = await client.embeddings.create({ model: 'any', input: input[0], dimensions: 8 });
assert.equal(short.data[0].embedding.length, 8);
console.log('ok');
