# OpenAI's client for Python against the REST port: python openai_client.py BASE_URL
import sys

from openai import BadRequestError, NotFoundError, OpenAI
from pydantic import BaseModel

client = OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
messages = [{"role": "user", "content": "Hello!"}]

completion = client.chat.completions.create(model="any", messages=messages, temperature=0, max_completion_tokens=12)
text = completion.choices[0].message.content
assert text
assert completion.usage.completion_tokens > 0

streamed = ""
for chunk in client.chat.completions.create(model="any", messages=messages, temperature=0, max_completion_tokens=12, stream=True):
    if chunk.choices and chunk.choices[0].delta.content:
        streamed += chunk.choices[0].delta.content
assert streamed == text, (streamed, text)

chunks = list(client.chat.completions.create(
    model="any", messages=messages, temperature=0, max_completion_tokens=12, stream=True, stream_options={"include_usage": True}))
assert all(chunk.usage is None for chunk in chunks[:-1])
assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == completion.usage.total_tokens


class Answer(BaseModel):
    yes: bool
    word: str


parsed = client.chat.completions.parse(model="any", messages=messages, temperature=0, max_completion_tokens=200, response_format=Answer)
assert isinstance(parsed.choices[0].message.parsed, Answer)
with client.chat.completions.stream(model="any", messages=messages, temperature=0, max_completion_tokens=200, response_format=Answer) as stream:
    for event in stream:
        pass
    assert stream.get_final_completion().choices[0].message.parsed == parsed.choices[0].message.parsed

scored = client.chat.completions.create(model="any", messages=messages, temperature=0, max_completion_tokens=4, logprobs=True, top_logprobs=3, n=2)
assert [choice.index for choice in scored.choices] == [0, 1]
for choice in scored.choices:
    assert bytes(byte for token in choice.logprobs.content for byte in token.bytes).decode() == choice.message.content
    assert all(len(token.top_logprobs) == 3 for token in choice.logprobs.content)

legacy = client.completions.create(model="any", prompt="Hello", max_tokens=3, temperature=0)
assert legacy.object == "text_completion"

response = client.responses.create(model="any", input="Hello!", temperature=0, max_output_tokens=60)
assert response.output_text
assert client.responses.retrieve(response.id).output_text == response.output_text
with client.responses.stream(model="any", input="Hello!", temperature=0, max_output_tokens=60) as stream:
    deltas = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
    assert stream.get_final_response().output_text == deltas == response.output_text
structured = client.responses.parse(model="any", input="Hello!", temperature=0, max_output_tokens=200, text_format=Answer)
assert isinstance(structured.output_parsed, Answer)
client.responses.delete(response.id)
try:
    client.responses.retrieve(response.id)
    raise AssertionError("a deleted response was found")
except NotFoundError as error:
    assert error.code == "response_not_found"

try:
    client.chat.completions.create(model="any", messages=messages, temperature=5)
    raise AssertionError("a temperature of 5 was taken")
except BadRequestError as error:
    assert error.param == "temperature" and error.code == "invalid_value"

background = client.responses.create(model="any", input="Hello!", background=True, max_output_tokens=3000, extra_body={"ignore_eos": True})
assert background.status in ("queued", "in_progress")
assert client.responses.cancel(background.id).status == "cancelled"
assert client.responses.retrieve(background.id).status == "cancelled"

assert client.models.list().data[0].object == "model"
print("ok")
