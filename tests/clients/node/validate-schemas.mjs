// Validates texts against schemas with ajv. Reads a file of JSON lines { schema, texts }, prints for each line { error } or
// { refused: [texts that do not validate] }. Usage: node validate-schemas.mjs FILE
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

// "constructor" is a member only where it is written.
const options = { strict: false, logger: false, ownProperties: true, validateSchema: false };

// A number as written in decimal: digits and the power of ten behind them.
function decimal(number) {
  const [digits, exponent = "0"] = String(number).toLowerCase().split("e");
  const [whole, fraction = ""] = digits.split(".");
  return { digits: BigInt(whole + fraction), power: Number(exponent) - fraction.length };
}

// ajv divides doubles, whose quotient of 123456789012.34 by 0.01 is no whole number: here the decimals are divided.
const multipleOf = {
  keyword: "multipleOf",
  type: "number",
  schemaType: "number",
  validate: (divisor, number) => {
    const [left, right] = [decimal(number), decimal(divisor)];
    const power = Math.min(left.power, right.power);
    const scale = (part) => part.digits * 10n ** BigInt(part.power - power);
    return scale(left) % scale(right) === 0n;
  },
};

// The formats of the standard that are enforced; ajv-formats knows others, which are annotations here.
const standard = [
  "date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "uuid", "json-pointer",
  "relative-json-pointer",
];

function create(schema) {
  const old = typeof schema === "object" && schema !== null && /draft-0[3467]/.test(String(schema.$schema));
  const ajv = new (old ? Ajv : Ajv2020)(options);
  ajv.removeKeyword("multipleOf");
  ajv.addKeyword(multipleOf);
  addFormats(ajv, standard);
  // RFC 5321 has local parts in quotes and addresses in brackets; ajv-formats knows neither.
  const email = ajv.formats.email;
  ajv.addFormat("email", (text) => email.test(text) || /^"(?:[^"\\]|\\.)*"@|@\[[^\]]+\]$/.test(text));
  return ajv;
}

// A number with more digits than a double has reads as another one: the verdict on that would say nothing.
function parse(text) {
  let exact = true;
  const value = JSON.parse(text, function (key, part, context) {
    if (typeof part === "number" && context.source.replace(/e.*|[^0-9]/gi, "").replace(/^0+/, "").length > 15) exact = false;
    return part;
  });
  return { value, exact };
}

for (const line of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean)) {
  const { schema, texts } = JSON.parse(line);
  let validate;
  try {
    const plain = typeof schema === "object" ? { ...schema } : schema;
    if (/draft-0[34]/.test(String(plain.$schema))) delete plain.id;
    delete plain.$schema;
    delete plain.$async;
    validate = create(schema).compile(plain);
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
    continue;
  }
  const refused = [];
  for (const text of texts) {
    try {
      const { value, exact } = parse(text);
      if (!validate(value) && exact) refused.push(`${text}: ${JSON.stringify(validate.errors?.[0])}`);
    } catch (error) {
      // A reference that ajv follows without end says nothing about the text.
      if (!(error instanceof RangeError)) refused.push(`${text}: ${error.message}`);
    }
  }
  console.log(JSON.stringify({ refused }));
}
