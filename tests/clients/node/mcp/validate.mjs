// Validates recorded messages against the schema of their revision (ajv) and the schemas of tools against JSON Schema 2020-12.
// Arguments: folder of the revisions' schemas, file with [{revision, type, message}] (type is a definition's name, or "tool"; then with
// "arguments" and "structuredContent" of a call, which are held against the tool's own schemas).
import fs from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { assert, done } from './check.mjs';

const [folder, file] = process.argv.slice(2);
const records = JSON.parse(fs.readFileSync(file, 'utf8'));
const revisions = new Map();

function validatorOf(revision, type) {
  if (!revisions.has(revision)) {
    const schema = JSON.parse(fs.readFileSync(path.join(folder, `${revision}.json`), 'utf8'));
    const isDraft7 = (schema.$schema ?? '').includes('draft-07');
    const ajv = new (isDraft7 ? Ajv : Ajv2020)({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addFormat('byte', true);
    ajv.addSchema(schema, revision);
    revisions.set(revision, { ajv, root: schema.$defs ? '$defs' : 'definitions' });
  }
  const { ajv, root } = revisions.get(revision);
  const validate = ajv.getSchema(`${revision}#/${root}/${type}`);
  assert.ok(validate, `${revision} has no ${type}`);
  return validate;
}

let count = 0;
for (const { revision, type, message, ...call } of records) {
  if (type === 'tool') {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
    for (const schema of [message.inputSchema, message.outputSchema].filter(Boolean)) {
      assert.ok(ajv.validateSchema(schema), `${message.name}: ${ajv.errorsText()}`);
      assert.equal(schema.type, 'object');
      ajv.compile(schema);
    }
    for (const [schema, value] of [[message.inputSchema, call.arguments], [message.outputSchema, call.structuredContent]]) {
      assert.ok(value === undefined || ajv.validate(schema, value), `${message.name}: ${ajv.errorsText()}\n${JSON.stringify(value)}`);
    }
  } else {
    const validate = validatorOf(revision, type);
    assert.ok(validate(message), `${revision} ${type}: ${JSON.stringify(validate.errors)}\n${JSON.stringify(message)}`);
  }
  count++;
}
console.log(`${count} messages`);
done('validate');
