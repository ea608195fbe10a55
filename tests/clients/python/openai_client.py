# OpenAI's client for Python against the REST port: python openai_client.py BASE_URL
import sys

from openai import BadRequestError, NotFoundError, OpenAI

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

legacy = client.completions.create(model="any", prompt="Hello", max_tokens=3, temperature=0)
assert legacy.object == "text_completion"

response = client.responses.create(model="any", input="Hello!", temperature=0, max_output_tokens=60)
assert response.output_text
assert client.responses.retrieve(response.id).output_text == response.output_text
with client.responses.stream(model="any", input="Hello!", temperature=0, max_output_tokens=60) as stream:
    deltas = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
    assert stream.get_final_response().output_text == deltas == response.output_text
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

assert client.models.list().data[0].object == "model"
print("ok")
