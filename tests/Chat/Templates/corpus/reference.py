"""The reference for chat templates: Python's jinja2, set up as the transformers library sets it up.

  python3 reference.py           writes corpus.json from cases.py: each case with what jinja2 makes of it
  python3 reference.py --render  renders JSON lines {"template", "variables"} to JSON lines {"output"} or {"error"}

Needs jinja2 3.1 (Debian: python3-jinja2).
"""
import datetime
import json
import pathlib
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

NOW = datetime.datetime(2024, 7, 3, 14, 5, 9)


class Generation(jinja2.ext.Extension):
    """Blocks that mark what the model wrote; the text passes through."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_pass"), [], [], body).set_lineno(line)

    def _pass(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.filters["from_json"] = json.loads  # llama.cpp's, which three of its templates use
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


CACHE = {}


def render(template, variables):
    try:
        if template not in CACHE:
            CACHE[template] = environment().from_string(template)
        return {"output": CACHE[template].render(**variables)}
    except Exception as error:  # whatever a template does wrong is a result here
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    if sys.argv[1:] == ["--render"]:
        for line in sys.stdin:
            case = json.loads(line)
            print(json.dumps(render(case["template"], case["variables"]), ensure_ascii=False), flush=True)
        return
    from cases import BASE, CASES
    results = []
    for name, template, variables in CASES:
        results.append({"name": name, "template": template, "variables": variables, **render(template, {**BASE, **variables})})
    text = json.dumps({"variables": BASE, "cases": results}, ensure_ascii=False, indent=1)
    (pathlib.Path(__file__).parent / "corpus.json").write_text(text + "\n", encoding="utf-8")
    print(len(results), "cases,", sum("error" in result for result in results), "of them errors")


if __name__ == "__main__":
    main()
