// Validates recorded answers against schemas: node validate.mjs OPENAI_OPERATIONS OWN_DOCUMENT RECORDS
// A record is a line {method, path, status, type, body}. OpenAI's document knows its own operations; ours knows every route and is taken by
// the letter: what it does not name must not be there. Prints what is wrong and ends with 1, else the number of bodies.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const [operationsFile, ownFile, folder] = process.argv.slice(2);

// `nullable` is OpenAPI 3.0's way to allow null; JSON Schema has none of it.
function rewrite(node, closed) {
  if (Array.isArray(node)) {
    return node.map(item => rewrite(item, closed));
  }

  if (node === null || typeof node !== 'object') {
    return node;
  }

  const copy = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'discriminator' || key === 'example' || key === 'examples' || key === 'nullable' || key === 'xml' || key.startsWith('x-')) {
      continue;
    }

    // Names of properties and of definitions are no keywords.
    copy[key] = key === 'properties' || key === 'schemas' || key === '$defs'
      ? Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, rewrite(schema, closed)]))
      : key === 'enum' || key === 'const' || key === 'default' || key === 'required'
        ? value
        : rewrite(value, closed);
  }

  if (closed && copy.properties && copy.additionalProperties === undefined) {
    copy.additionalProperties = false;
  }

  return node.nullable === true ? { anyOf: [copy, { type: 'null' }] } : copy;
}

function load(file, id, closed) {
  const document = rewrite(JSON.parse(readFileSync(file, 'utf8')), closed);
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false });
  addFormats(ajv);
  for (const format of ['unixtime', 'int32', 'int64', 'float', 'double', 'binary', 'byte']) {
    ajv.addFormat(format, true);
  }

  ajv.addSchema(document, id);
  const routes = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({
    method: method.toUpperCase(), path, operation,
    pattern: new RegExp('^' + path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '.+') + '$'),
  })));
  routes.sort((a, b) => (a.path.includes('{') ? 1 : 0) - (b.path.includes('{') ? 1 : 0) || b.path.length - a.path.length);
  const compiled = new Map();
  return {
    find: (method, path) => routes.find(route => route.method === method && route.pattern.test(path)),
    validate: (route, status, type, value) => {
      const key = `${route.method} ${route.path} ${status} ${type}`;
      if (!compiled.has(key)) {
        const response = route.operation.responses[String(status)];
        const schema = response?.$ref ? null : response?.content?.[type]?.schema;
        const pointer = ['paths', route.path, route.method.toLowerCase(), 'responses', String(status), 'content', type, 'schema']
          .map(part => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/');
        compiled.set(key, schema ? ajv.compile({ $ref: `${id}#/${pointer}` }) : null);
      }

      const check = compiled.get(key);
      return check === null ? undefined : check(value) ? null : check.errors;
    },
  };
}

const openai = load(operationsFile, 'https://openai.test/', false);
const own = load(ownFile, 'https://own.test/', true);
const problems = new Map();
const counts = { openai: 0, own: 0 };

function report(kind, record, errors, value) {
  const error = errors[errors.length - 1];
  const key = `${kind}: ${record.method} ${record.path.replace(/(resp|msg)_[0-9a-f]+/, '{id}')} ${record.status} ${record.type}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`;
  if (!problems.has(key)) {
    problems.set(key, JSON.stringify(value).slice(0, 600));
  }
}

// Where OpenAI's service itself answers otherwise than its schema says: vectors as base64, and nothing before the first token of an echo.
function published(record, value) {
  if (record.path === '/v1/embeddings') {
    return { ...value, data: value.data.map(item => typeof item.embedding === 'string' ? { ...item, embedding: [] } : item) };
  }

  if (record.path === '/v1/completions') {
    return {
      ...value,
      choices: value.choices.map(choice => choice.logprobs
        ? {
          ...choice,
          logprobs: {
            ...choice.logprobs,
            token_logprobs: choice.logprobs.token_logprobs.map(number => number ?? 0),
            top_logprobs: choice.logprobs.top_logprobs.map(map => map ?? {}),
          },
        }
        : choice),
    };
  }

  return value;
}

function* values(record) {
  if (record.type !== 'text/event-stream') {
    yield JSON.parse(record.body);
    return;
  }

  for (const event of record.body.split('\n\n').slice(0, -1)) {
    const data = event.split('\n').find(line => line.startsWith('data: '))?.slice(6);
    const name = event.split('\n').find(line => line.startsWith('event: '))?.slice(7);
    if (data === undefined || data === '[DONE]') {
      continue;
    }

    const value = JSON.parse(data);
    if (name !== undefined && value.type !== name) {
      report('event name', record, [{ instancePath: '/type', message: `is not the event's name ${name}`, params: {} }], value);
    }

    yield value;
  }
}

for (const file of readdirSync(folder)) {
  for (const line of readFileSync(join(folder, file), 'utf8').split('\n').filter(text => text)) {
    const record = JSON.parse(line);
    if (record.method === 'HEAD') {
      continue;
    }

    const ownRoute = own.find(record.method, record.path);
    const openaiRoute = record.path.startsWith('/v1/') ? openai.find(record.method, record.path.slice(3)) : undefined;
    for (const value of values(record)) {
      const isError = value && value.error !== undefined && value.object === undefined && value.type === undefined;
      if (ownRoute && !(isError && record.status === 200)) {
        const errors = own.validate(ownRoute, record.status, record.type, value);
        counts.own++;
        if (errors !== null) {
          report('own document', record, errors ?? [{ instancePath: '', message: 'has an answer that the document does not list', params: {} }], value);
        }
      }

      if (openaiRoute && record.status === 200 && !isError) {
        const errors = openai.validate(openaiRoute, record.status, record.type, published(record, value)) ?? null;
        counts.openai++;
        if (errors) {
          report('OpenAI', record, errors, value);
        }
      }
    }
  }
}

for (const [key, value] of problems) {
  console.log(`${key}\n    ${value}`);
}

console.log(`${counts.own} bodies and events against the own document, ${counts.openai} against OpenAI's`);
process.exit(problems.size === 0 && counts.own > 0 && counts.openai > 0 ? 0 : 1);
