# OpenAI's client for Python against an embedding model: python openai_embeddings.py BASE_URL. It asks for base64 unless told otherwise.
import sys

from openai import BadRequestError, OpenAI

client = OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
texts = ["The capital of France is Paris.", "Paris is a city."]
packed = client.embeddings.create(model="any", input=texts)
plain = client.embeddings.create(model="any", input=texts, encoding_format="float")
assert [item.index for item in packed.data] == [0, 1]
for left, right in zip(packed.data, plain.data):
    assert len(left.embedding) == len(right.embedding)
    assert all(abs(a - b) < 1e-6 for a, b in zip(left.embedding, right.embedding))
assert abs(sum(value * value for value in plain.data[0].embedding) - 1) < 1e-3
assert packed.usage.prompt_tokens == packed.usage.total_tokens > 0
assert len(client.embeddings.create(model="any", input=texts[0], dimensions=8).data[0].embedding) == 8

try:
    client.embeddings.create(model="any", input=[])
    raise AssertionError("no input at all was taken")
except BadRequestError as error:
    assert error.param == "input"
print("ok")
