// A second opinion on chat templates: node jinja.mjs CORPUS. Renders the corpus and prints the cases of which it makes something else than
// jinja2 does, one JSON object a line: {"name", "expected", "actual"}, null for an error.
import { readFileSync } from 'node:fs';
import { Template } from '@huggingface/jinja';

const corpus = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { name, template, variables, output: expected = null } of corpus.cases) {
  let actual = null, problem;
  try {
    actual = new Template(template).render({ ...corpus.variables, ...variables });
  } catch (error) {
    problem = String(error?.message ?? error);
  }
  if (actual !== expected) {
    console.log(JSON.stringify({ name, expected, actual, problem }));
  }
}
