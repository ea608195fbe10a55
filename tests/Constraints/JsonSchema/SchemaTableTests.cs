namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>Every keyword by example: texts that a schema accepts and texts that it refuses, in the form in which models write.</summary>
public sealed class SchemaTableTests
{
    // Rows: schema, accepted texts, refused texts; texts are separated by a line end.
    public static TheoryData<string, string, string> Rows => new()
    {
        // Types; none means any.
        { "{}", "null\ntrue\n0\n-1.5\n\"a\"\n[]\n[1, {\"a\":[]}]\n{\"a\":{}}", "\n nul\n01\n-\n1.\n[1,]\n{\"a\"}\n'a'" },
        { "true", "1\n{}", "" },
        { """{"type":"string"}""", "\"\"\n\"a\\u00e9\\n\"\n\"\\ud83d\\ude00\"\n\"日本\"", "1\nnull\n\"\\ud83d\"\n\"\\x\"\n\"a" },
        { """{"type":["integer","null"]}""", "0\n-7\nnull\n12345678901234567890", "-0\n1.0\n1e2\n\"1\"\n00" },
        { """{"type":"number"}""", "0\n-0.5\n1.50\n1e+21\n1.5e-7\n100", ".5\n1.\n+1\n1e400\n1e5\nNaN" },
        { """{"type":"boolean"}""", "true\nfalse", "True\n0\nnull" },
        { """{"minLength":2}""", "\"ab\"\n1\n{}\nnull", "\"a\"\n\"\"" },
        { """{"nullable":true,"type":"string","example":1,"x-a":[],"$comment":"c","title":"t","default":3}""", "\"a\"", "null\n3" },

        // Constants.
        { """{"const":"a\"\n"}""", "\"a\\\"\\n\"", "\"a\"\n\"a\\\"\\u000a\"" },
        { """{"enum":["a",1,1.5,null,true,[1,"x"],{"b":1,"a":[]}]}""", "\"a\"\n1\n1.5\nnull\ntrue\n[1,\"x\"]\n{\"b\": 1, \"a\": []}", "\"b\"\n2\nfalse\n[1]\n{\"a\":[],\"b\":1}\n{}" },
        { """{"enum":["a","bb","ccc"],"type":"string","minLength":2,"pattern":"^b"}""", "\"bb\"", "\"a\"\n\"ccc\"" },
        { """{"enum":[1,2,3,4],"minimum":2,"multipleOf":2}""", "2\n4", "1\n3" },
        { """{"const":1.0}""", "1", "2\n1.0" },

        // Objects.
        { """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["b"],"additionalProperties":false}""",
            "{\"a\":1,\"b\":\"x\"}\n{\"a\": 1, \"b\": \"x\"}\n{\"b\":\"\"}", "{}\n{\"a\":1}\n{\"b\":\"\",\"a\":1}\n{\"b\":\"\",\"b\":\"\"}\n{\"b\":\"\",\"c\":1}\n{\"b\":\"\",}\n{ \"b\":\"\"}\n{\"b\":  \"\"}" },
        { """{"type":"object","properties":{"a":{"type":"integer"}}}""", "{}\n{\"a\":1}\n{\"b\":null}\n{\"a\":1,\"b\":[]}", "{\"a\":\"x\"}\n{\"b\":1,\"a\":1}\n{\"a\":1,\"a\":1}\n{\"\\u0061\":\"x\"}" },
        { """{"type":"object","additionalProperties":{"type":"integer"}}""", "{}\n{\"a\":1,\"b\":2}", "{\"a\":\"\"}" },
        { """{"type":"object","patternProperties":{"^x-":{"type":"string"},"s$":{"type":"array"}},"additionalProperties":false}""",
            "{\"x-a\":\"\"}\n{\"as\":[],\"x-b\":\"\"}", "{\"x-as\":\"\"}\n{\"x-as\":[]}\n{\"b\":1}\n{\"x-a\":1}" },
        { """{"type":"object","properties":{"x-a":{"minimum":3}},"patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":{"type":"null"}}""",
            "{\"x-a\":3,\"x-b\":1,\"y\":null}", "{\"x-a\":2}\n{\"x-a\":\"\"}\n{\"y\":1}" },
        { """{"type":"object","propertyNames":{"pattern":"^[a-z]+$","maxLength":2},"properties":{"abc":{}}}""", "{\"a\":1,\"zz\":2}", "{\"abc\":1}\n{\"A\":1}\n{\"\":1}" },
        { """{"type":"object","propertyNames":{"enum":["a","b"]}}""", "{\"a\":1}\n{\"b\":1}", "{\"c\":1}" },
        { """{"type":"object","required":["b","a"],"properties":{"a":{"type":"null"}}}""", "{\"a\":null,\"b\":1}\n{\"a\":null,\"b\":1,\"c\":2}", "{\"b\":1,\"a\":null}\n{\"a\":null}" },
        { """{"type":"object","properties":{"a":{},"b":{},"c":{}},"additionalProperties":false,"minProperties":2}""", "{\"a\":1,\"c\":1}\n{\"a\":1,\"b\":1,\"c\":1}", "{}\n{\"b\":1}" },
        { """{"type":"object","properties":{"a":{},"b":{},"c":{}},"maxProperties":1}""", "{}\n{\"c\":1}\n{\"d\":1}", "{\"a\":1,\"c\":1}\n{\"a\":1,\"d\":1}" },
        { """{"type":"object","minProperties":1}""", "{\"a\":1}", "{}" },
        { """{"type":"object","properties":{"a":{},"b":{}},"additionalProperties":false,"dependentRequired":{"a":["b"]}}""", "{}\n{\"b\":1}\n{\"a\":1,\"b\":1}", "{\"a\":1}" },
        { """{"type":"object","properties":{"a":{},"b":{}},"additionalProperties":false,"dependentSchemas":{"a":{"properties":{"b":{"type":"null"}},"required":["b"]}}}""",
            "{}\n{\"b\":1}\n{\"a\":1,\"b\":null}", "{\"a\":1}\n{\"a\":1,\"b\":1}" },
        { """{"type":"object","properties":{"a":false,"b":{}},"additionalProperties":true}""", "{\"b\":1,\"c\":1}", "{\"a\":1}" },
        { """{"type":"object","allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":{}}}],"unevaluatedProperties":false}""", "{\"a\":1,\"b\":2}\n{}", "{\"c\":1}\n{\"a\":\"\"}" },

        // Arrays.
        { """{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}""", "[1]\n[1,2,3]\n[1, 2]", "[]\n[1,2,3,4]\n[\"\"]\n[1,]\n[ 1]" },
        { """{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":false}""", "[]\n[1]\n[1,\"a\"]", "[\"a\"]\n[1,\"a\",2]" },
        { """{"type":"array","items":[{"type":"integer"}],"additionalItems":{"type":"null"},"minItems":2}""", "[1,null]\n[1,null,null]", "[1]\n[1,2]" },
        { """{"type":"array","contains":{"const":7}}""", "[7]\n[1,7,\"a\"]", "[]\n[1]" },
        { """{"type":"array","items":{"type":"integer"},"contains":{"minimum":5},"minItems":2,"maxItems":3}""", "[1,5]\n[5,5,1]", "[5]\n[1,2,3]\n[5,1,1,1]" },
        { """{"type":"array","items":{"type":"integer"},"contains":{"minimum":5},"maxContains":1}""", "[5]\n[1,5,2]", "[5,6]\n[1]" },
        { """{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true,"minItems":1}""", "[\"a\"]\n[\"c\",\"a\",\"b\"]", "[]\n[\"a\",\"a\"]" },
        { """{"type":"array","uniqueItems":true,"maxItems":1}""", "[]\n[1]", "[1,2]" },
        { """{"type":"array","uniqueItems":false}""", "[1,1]", "" },
        { """{"type":"array","items":false}""", "[]", "[1]" },
        { """{"type":"array","prefixItems":[{"type":"null"}],"unevaluatedItems":false}""", "[]\n[null]", "[1]\n[null,null]" },

        // Texts.
        { """{"type":"string","minLength":1,"maxLength":2}""", "\"a\"\n\"日本\"\n\"\\n\\u00e9\"\n\"😀😀\"", "\"\"\n\"abc\"" },
        { """{"type":"string","pattern":"b+"}""", "\"b\"\n\"abbc\"", "\"a\"\n\"\"" },
        { """{"type":"string","pattern":"^a|b$"}""", "\"ac\"\n\"cb\"", "\"cac\"" },
        { """{"type":"string","pattern":"^[a-z]+$","minLength":3,"maxLength":65536}""", "\"abc\"", "\"ab\"\n\"ABC\"" },
        { """{"type":"string","allOf":[{"pattern":"a"},{"pattern":"b"}]}""", "\"xbya\"", "\"a\"\n\"b\"" },
        { """{"type":"string","pattern":"^\"\\d\\\\$"}""", "\"\\\"5\\\\\"", "\"5\"" },
        { """{"type":"string","format":"date"}""", "\"2024-02-29\"", "\"2023-02-29\"\n\"2023-13-01\"\n\"23-01-01\"" },
        { """{"type":"string","format":"date-time"}""", "\"2024-02-29T23:59:59Z\"\n\"1990-12-31T23:59:60Z\"\n\"2024-01-01T00:00:00.123+05:30\"", "\"2024-01-01\"\n\"2024-01-01T24:00:00Z\"" },
        { """{"type":"string","format":"uuid"}""", "\"123e4567-e89b-12d3-a456-426614174000\"", "\"123e4567\"" },
        { """{"type":"string","format":"email"}""", "\"a.b@example.com\"", "\"a@\"\n\"a..b@c.d\"\n\"@c\"" },
        { """{"type":"string","format":"ipv4"}""", "\"127.0.0.1\"", "\"256.0.0.1\"\n\"1.2.3\"" },
        { """{"type":"string","format":"ipv6"}""", "\"::1\"\n\"fe80::1:2\"\n\"1:2:3:4:5:6:7:8\"\n\"::ffff:1.2.3.4\"\n\"::\"", "\":::\"\n\"1::2::3\"\n\"12345::\"" },
        { """{"type":"string","format":"uri"}""", "\"https://a.b/c?d=e#f\"\n\"urn:x:y\"", "\"//a\"\n\"a b:c\"" },
        { """{"type":"string","format":"hostname"}""", "\"a-b.example\"", "\"-a\"\n\"a..b\"" },
        { """{"type":"string","format":"x-unknown"}""", "\"anything\"", "" },

        // Numbers.
        { """{"type":"integer","minimum":-3,"maximum":12}""", "-3\n0\n9\n12", "-4\n13\n100\n-0" },
        { """{"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":100.5}""", "1\n100", "0\n101\n-1" },
        { """{"type":"number","minimum":0.5,"maximum":99.95}""", "0.5\n0.50\n99.95\n99\n7.123", "0.4\n0.49999\n99.951\n100\n-1\n1e+21" },
        { """{"type":"number","exclusiveMinimum":0}""", "0.1\n5\n1e-7\n1e+30", "0\n0.0\n-1\n-1e-7" },
        { """{"type":"number","maximum":-1.5}""", "-1.5\n-2\n-1e+30", "-1.4\n0\n1\n-1" },
        { """{"minimum":10,"exclusiveMinimum":true,"type":"integer"}""", "11", "10" },
        { """{"type":"integer","multipleOf":5}""", "0\n5\n-10\n1005", "3\n11" },
        { """{"type":"number","multipleOf":0.25}""", "0\n0.25\n-1.5\n3.750\n7", "0.3\n0.125" },
        { """{"type":"integer","multipleOf":7,"minimum":0,"maximum":30}""", "0\n7\n28", "35\n8" },
        { """{"type":"integer","multipleOf":3,"minimum":1}""", "3\n12\n111\n999999\n30", "0\n1\n2\n100\n-3\n121" },
        { """{"type":"integer","multipleOf":60}""", "0\n60\n-120\n3600", "30\n20\n3601\n80" },
        { """{"type":"number","multipleOf":0.5}""", "1.5\n2", "1.25" },

        // Combinations.
        { """{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "\"a\"\n1", "null\n1.5" },
        { """{"oneOf":[{"type":"integer"},{"minimum":2}]}""", "1\n2.5\n\"a\"", "3\n1.5" },
        { """{"oneOf":[{"const":1},{"enum":[1,2]}]}""", "2", "1\n3" },
        { """{"oneOf":[{"type":"object","properties":{"k":{"const":"a"},"v":{"type":"integer"}},"required":["k"]},{"type":"object","properties":{"k":{"const":"b"},"v":{"type":"string"}},"required":["k"]}]}""",
            "{\"k\":\"a\",\"v\":1}\n{\"k\":\"b\",\"v\":\"\"}", "{\"k\":\"a\",\"v\":\"\"}\n{\"k\":\"c\"}\n{}" },
        { """{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"a":{"minimum":5},"b":{}}}],"properties":{"c":{"type":"null"}}}""",
            "{\"a\":5,\"b\":1,\"c\":null}\n{\"a\":7}", "{\"a\":4}\n{}\n{\"a\":5,\"c\":1}" },
        { """{"not":{"type":"string"}}""", "1\n{}", "\"a\"" },
        { """{"type":"string","not":{"enum":["a","b"]}}""", "\"c\"\n\"\"", "\"a\"\n\"\\u0061\"" },
        { """{"type":"string","not":{"pattern":"^x"}}""", "\"y\"", "\"xy\"" },
        { """{"type":"object","properties":{"a":{},"b":{}},"not":{"required":["a","b"]}}""", "{\"a\":1}\n{\"b\":1}\n{}", "{\"a\":1,\"b\":1}" },
        { """{"type":"object","properties":{"t":{"enum":["x","y"]},"v":{}},"required":["t"],"if":{"properties":{"t":{"const":"x"}}},"then":{"required":["v"]},"else":{"properties":{"v":false}}}""",
            "{\"t\":\"x\",\"v\":1}\n{\"t\":\"y\"}", "{\"t\":\"x\"}\n{\"t\":\"y\",\"v\":1}" },
        { """{"$ref":"#/$defs/a","minimum":3,"$defs":{"a":{"type":"integer"}}}""", "3", "2\n3.5" },
        { """{"$defs":{"two":{"oneOf":[{"required":["c"]},{"required":["d"]}]}},"type":"object","properties":{"b":{},"c":{},"d":{}},"additionalProperties":false,"oneOf":[{"$ref":"#/$defs/two"},{"required":["b"]}]}""",
            "{\"b\":1}\n{\"c\":1}\n{\"b\":1,\"c\":1,\"d\":1}", "{\"b\":1,\"c\":1}\n{\"c\":1,\"d\":1}\n{}" },

        // References.
        { """{"type":"object","properties":{"n":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["n","next"],"additionalProperties":false}""",
            "{\"n\":1,\"next\":null}\n{\"n\":1,\"next\":{\"n\":2,\"next\":null}}", "{\"n\":1}\n{\"n\":1,\"next\":{}}" },
        { """{"$defs":{"a":{"$anchor":"x","type":"null"},"b/c":{"type":"boolean"}},"prefixItems":[{"$ref":"#x"},{"$ref":"#/$defs/b~1c"}],"type":"array"}""", "[null,true]", "[true,true]\n[null,null]" },
        { """{"$id":"https://example.com/root","$defs":{"a":{"$id":"item","type":"integer"}},"$ref":"item"}""", "1", "\"\"" },
        { """{"$dynamicRef":"#n","$defs":{"a":{"$dynamicAnchor":"n","type":"integer"}}}""", "1", "\"\"" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_schema_accepts_and_refuses(string schema, string accepted, string refused)
    {
        SchemaHarness harness = SchemaHarness.Compile(schema);
        Assert.Null(harness.Problem);
        Assert.Equal([], accepted.Split('\n').Where(text => text.Length > 0 && !harness.AcceptsText(text)));
        Assert.Equal([], refused.Split('\n').Where(harness.AcceptsText));
    }
}
