using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MistralServe.Tests.EndToEnd;

namespace MistralServe.Tests.Constraints.JsonSchema;

/// <summary>Keywords that meet, and odd forms of them: each instance is judged as an independent validator (ajv) judges it.</summary>
[Collection("native")]
public sealed class VerdictTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A schema that is enforced, and instances.</summary>
    private static readonly (string Schema, string Instances)[] Rows =
    [
        // allOf with what it adds to.
        ("""{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{"type":"string"}},"required":["b"]}]}""",
            """[{"a":1,"b":"x"},{"a":1},{"b":"x"},{"a":"x","b":"x"},{"a":1,"b":"x","c":null},{},[]]"""),
        ("""{"type":"object","allOf":[{"properties":{"a":{"type":"integer"}}}],"properties":{"b":{}},"additionalProperties":false}""",
            """[{"b":1},{"a":1},{"a":1,"b":1},{}]"""),
        ("""{"type":"object","allOf":[{"properties":{"a":{}},"additionalProperties":{"type":"integer"}},{"properties":{"b":{}},"additionalProperties":{"minimum":5}}]}""",
            """[{"a":6,"b":1},{"a":"x","b":1},{"a":6,"b":"x"},{"c":7},{"c":4},{"c":"x"},{"a":null}]"""),
        ("""{"type":"object","patternProperties":{"^x":{"type":"integer"},"y$":{"minimum":3}},"additionalProperties":{"type":"boolean"}}""",
            """[{"x":1},{"xy":1},{"xy":3},{"y":1},{"y":"s"},{"z":true},{"z":1},{"xa":"s"},{}]"""),
        ("""{"type":"object","required":["xa"],"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""",
            """[{"xa":1},{"xb":1},{"xa":1,"xb":2},{"xa":"s"},{"xa":1,"y":2}]"""),
        ("""{"type":"object","properties":{"xa":{"minimum":2}},"patternProperties":{"^x":{"type":"integer"}},"required":["xa"]}""",
            """[{"xa":1},{"xa":2},{"xa":2.5},{"xa":"s"},{"xa":3,"xb":"s"}]"""),
        ("""{"type":"object","propertyNames":{"pattern":"^[a-c]+$","maxLength":2},"additionalProperties":{"type":"null"}}""",
            """[{"ab":null},{"abc":null},{"d":null},{"a":1},{}]"""),
        ("""{"type":"object","minProperties":1,"maxProperties":2,"properties":{"a":{},"b":{},"c":{}},"additionalProperties":false}""",
            """[{},{"a":1},{"a":1,"b":1},{"a":1,"b":1,"c":1},{"d":1}]"""),

        // References.
        ("""{"$defs":{"n":{"type":"integer"}},"$ref":"#/$defs/n","minimum":3}""", """[3,2,"x",3.5]"""),
        ("""{"$defs":{"a b/c~d%e":{"type":"integer"}},"properties":{"x":{"$ref":"#/$defs/a%20b~1c~0d%25e"}},"required":["x"],"type":"object"}""", """[{"x":1},{"x":"s"}]"""),
        ("""{"$defs":{"ä":{"type":"integer"}},"$ref":"#/$defs/%C3%A4"}""", """[1,"s"]"""),
        ("""{"type":"object","properties":{"c":{"$ref":"#"},"v":{"type":"integer"}},"required":["v"],"additionalProperties":false}""",
            """[{"v":1},{"c":{"v":2},"v":1},{"c":{},"v":1},{"c":{"c":{"c":{"v":1},"v":1},"v":3},"v":1},{"v":1,"d":1}]"""),
        ("""{"$id":"http://example.com/s","$defs":{"A":{"$anchor":"here","type":"string"}},"items":{"$ref":"#here"},"type":"array"}""", """[["a"],[1],[]]"""),
        ("""{"$id":"http://example.com/tree","$dynamicAnchor":"node","type":"object","properties":{"data":{"type":"integer"},"kids":{"type":"array","items":{"$dynamicRef":"#node"}}},"additionalProperties":false}""",
            """[{"data":1,"kids":[{"data":2}]},{"kids":[{"data":"x"}]},{"kids":[1]},{}]"""),
        ("""{"type":"array","items":{"$ref":"#/properties/never","description":"sibling"},"properties":{"never":{"type":"boolean"}}}""", """[[true],[1]]"""),

        // Numbers.
        ("""{"const":1.0}""", """[1,1.0,2,"1",true]"""),
        ("""{"enum":[1e2,2.50,-0.0]}""", """[100,2.5,0,1,"100",25]"""),
        ("""{"type":"integer","exclusiveMinimum":1.5,"exclusiveMaximum":4}""", """[1,2,3,4,2.0]"""),
        ("""{"type":"number","exclusiveMinimum":0,"maximum":1}""", """[0,0.0,0.1,1,1.0,1.01,1e-5,-0.1]"""),
        ("""{"type":"integer","minimum":-3,"maximum":-1}""", """[-4,-3,-2,-1,0,3]"""),
        ("""{"type":"integer","multipleOf":7,"minimum":-30,"maximum":30}""", """[0,7,14,15,-21,-22,28,35]"""),
        ("""{"type":"number","multipleOf":0.25}""", """[0,0.25,1.5,1.3,2,-0.75]"""),
        ("""{"type":"integer","multipleOf":4,"minimum":10,"maximum":30}""", """[8,12,13,28,32]"""),
        ("""{"type":"number","multipleOf":0.01,"minimum":0,"maximum":9.99}""", """[0.01,0.1,0.001,9.99,10]"""),
        ("""{"minimum":3}""", """[3,2,"x",null,[],{},true]"""),
        ("""{"type":["integer","null"],"minimum":2}""", """[2,1,null,"x",2.5]"""),

        // Texts.
        ("""{"type":"string","maxLength":2}""", """["😀😀","😀😀😀","ab","abc","é日","\ud83d\ude00a","",1]"""),
        ("""{"type":"string","minLength":2}""", """["😀","😀a","a","ab","\n\n"]"""),
        ("""{"type":"string","pattern":"a"}""", """["a","xax","b","","A"]"""),
        ("""{"type":"string","pattern":"^a|b$"}""", """["ax","xb","xbx","xax","a","b"]"""),
        ("""{"type":"string","pattern":"^\\p{Lu}\\p{Ll}+$"}""", """["Ab","Äö","ab","A","AB","Ωω"]"""),
        ("""{"type":"string","pattern":"^[\\u0041-\\u0043\\x44]+$"}""", """["ABCD","E","","A"]"""),
        ("""{"type":"string","pattern":"^\\u{1F600}+$"}""", """["😀","😀😀","😁",""]"""),
        ("""{"type":"string","pattern":"^[^a-z]$"}""", """["A","a","😀","é","ab"]"""),
        ("""{"type":"string","pattern":"^.$"}""", """["a","\n","😀","\u2028",""]"""),
        ("""{"type":"string","pattern":"^\\S+\\s\\S+$"}""", """["a b","a\tb","a\u00a0b","ab","a  b"]"""),
        ("""{"type":"string","pattern":"^(a+)?b{2,3}$","minLength":3,"maxLength":4}""", """["bb","abb","bbb","aabb","abbb","aaabb","abbbb"]"""),
        ("""{"type":"object","properties":{"\u00e9\"\\\n":{"type":"integer"}},"required":["é\"\\\n"],"additionalProperties":false}""", """[{"é\"\\\n":1},{"é":1},{}]"""),
        ("""{"type":"string","enum":["a\"b","\u00fc\n","😀"]}""", """["a\"b","ü\n","😀","ü"]"""),
        ("""{"type":"string","format":"uuid"}""", """["123e4567-e89b-12d3-a456-426614174000","123E4567-E89B-12D3-A456-426614174000","123e4567e89b12d3a456426614174000","x"]"""),
        ("""{"type":"string","format":"ipv4"}""", """["1.2.3.4","255.255.255.255","256.1.1.1","01.2.3.4","1.2.3"]"""),
        ("""{"type":"string","format":"ipv6"}""", """["::1","2001:db8::1","1::2::3","12345::","::ffff:1.2.3.4",":"]"""),
        ("""{"type":"string","format":"date"}""", """["2024-02-29","2023-02-29","2024-13-01","2024-04-31","24-01-01"]"""),
        ("""{"type":"string","format":"date-time"}""", """["2024-02-29T12:00:00Z","2024-02-29T24:00:00Z","2024-02-29 12:00:00","2024-02-29T12:00:00+01:30","2024-02-29T12:00:00.123Z"]"""),
        ("""{"type":"string","format":"email"}""", """["a@b.de","a.b@c.org","a","@b","a@"]"""),

        // Arrays.
        ("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":false}""", """[[1,"a"],[1],[],["a"],[1,"a",2]]"""),
        ("""{"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":"string"},"minItems":2,"maxItems":3}""", """[[1],[1,"a"],[1,"a","b"],[1,"a","b","c"],["a","b"]]"""),
        ("""{"type":"array","contains":{"const":1},"items":{"enum":[1,2]}}""", """[[1],[2],[2,1],[],[2,2],[3,1]]"""),
        ("""{"type":"array","contains":{"type":"integer"},"minContains":2,"maxContains":3,"items":{"type":["integer","string"]}}""", """[[1],[1,2],["a",1,"b",2],[1,2,3,4],[]]"""),
        ("""{"type":"array","contains":{"type":"integer"},"minContains":0}""", """[[],["a"],[1]]"""),
        ("""{"allOf":[{"type":"array","items":{"type":"integer"}},{"items":{"minimum":3},"minItems":1}]}""", """[[3],[2],[],["a"]]"""),

        // Choices and conditions.
        ("""{"enum":[null,true,"a",1,[1,{"b":2}],{"a":[]}]}""", """[null,true,false,"a",1,[1,{"b":2}],{"a":[]},{"a":[1]},[]]"""),
        ("""{"type":"string","enum":["a",1,"b",null]}""", """["a","b",1,null]"""),
        ("""{"type":"object","properties":{"a":false,"b":true},"required":["b"]}""", """[{"b":1},{"a":1,"b":1},{}]"""),
        ("""{"anyOf":[false,{"type":"string"}]}""", """["a",1]"""),
        ("""{"oneOf":[{"type":"integer"},{"type":"number","minimum":5}]}""", """[1,5,5.5,4.5,"x"]"""),
        ("""{"not":{"type":["string","null"]}}""", """[1,"a",null,[],{},true]"""),
        ("""{"type":"integer","not":{"enum":[1,2]}}""", """[1,2,3,0,-1]"""),
        ("""{"type":"object","properties":{"k":{"enum":["a","b"]},"v":{}},"required":["k","v"],"if":{"properties":{"k":{"const":"a"}}},"then":{"properties":{"v":{"type":"integer"}}},"else":{"properties":{"v":{"type":"string"}}}}""",
            """[{"k":"a","v":1},{"k":"a","v":"s"},{"k":"b","v":"s"},{"k":"b","v":1},{"k":"a"}]"""),
        ("""{"type":"object","properties":{"a":{},"b":{}},"dependentRequired":{"a":["b"]},"additionalProperties":false}""", """[{},{"a":1},{"b":1},{"a":1,"b":1}]"""),
        ("""{"type":"object","properties":{"a":{},"b":{}},"dependentSchemas":{"a":{"properties":{"b":{"type":"integer"}}}},"additionalProperties":false}""", """[{},{"a":1},{"b":"s"},{"a":1,"b":1},{"a":1,"b":"s"}]"""),
        ("""{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{"type":"integer"},"b":{"type":"integer"}}}""", """[{"a":1},{"b":1},{"a":1,"b":2},{},{"c":1}]"""),
        ("""{"type":["object","array"],"properties":{"a":{"type":"integer"}},"items":{"type":"integer"},"required":["a"]}""", """[{"a":1},{},[],[1],["x"],1]"""),

        // More of objects.
        ("""{"$defs":{"base":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}},"$ref":"#/$defs/base","properties":{"b":{}},"additionalProperties":{"type":"integer"}}""",
            """[{"a":1},{"a":1,"b":"s"},{"a":1,"c":2},{"a":1,"c":"s"},{"b":1}]"""),
        ("""{"$defs":{"base":{"type":"object","properties":{"a":{"type":"integer"}}}},"$ref":"#/$defs/base","properties":{"b":{}},"additionalProperties":false}""",
            """[{"a":1},{"b":1},{"a":1,"b":1},{}]"""),
        ("""{"type":"object","anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":{"const":2}},"required":["b"]}],"unevaluatedProperties":false}""",
            """[{"a":1},{"b":2},{"a":1,"b":2},{"a":1,"b":3},{"c":1},{"a":1,"c":1}]"""),
        ("""{"type":"object","properties":{"$ref":{"type":"string"},"enum":{"type":"integer"},"__proto__":{"type":"null"}},"additionalProperties":false}""",
            """[{"$ref":"x"},{"$ref":1},{"enum":1},{"enum":[1]},{"x":1}]"""),
        ("""{"type":"object","properties":{"a":{},"b":{},"c":{}},"dependentRequired":{"a":["b"],"b":["c"]},"additionalProperties":false}""",
            """[{"a":1},{"a":1,"b":1},{"a":1,"b":1,"c":1},{"b":1,"c":1},{"b":1},{"c":1}]"""),
        ("""{"type":"object","required":["a","a"],"properties":{"a":{"const":{"x":1.0,"y":[1e1]}}}}""",
            """[{"a":{"x":1,"y":[10]}},{"a":{"x":1,"y":[1]}},{"a":{"x":1}},{}]"""),
        ("""{"type":"object","propertyNames":{"maxLength":1},"maxProperties":2}""", """[{"😀":1},{"😀😀":1},{"a":1,"b":2},{"a":1,"b":2,"c":3},{}]"""),
        ("""{"type":"object","patternProperties":{"^\\d+$":{"type":"integer"},"^[a-z]+$":{"type":"string"}},"additionalProperties":false}""",
            """[{"12":1},{"ab":"s"},{"12":"s"},{"ab":1},{"a1":1},{"":1}]"""),
        ("""{"type":"object","patternProperties":{"":{"type":"integer"}},"properties":{"a":{"minimum":2}}}""",
            """[{"a":2},{"a":1},{"b":1},{"b":"s"},{"a":"s"}]"""),
        ("""{"type":"object","properties":{"a":{"type":"integer"}},"not":{"required":["b"]}}""", """[{"a":1},{"b":1},{"a":1,"b":1},{"c":1},{}]"""),
        ("""{"type":"object","properties":{"a":{"enum":[1,2]},"b":{}},"required":["a"],"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"required":["b"]}}""",
            """[{"a":1},{"a":1,"b":0},{"a":2},{"a":2,"b":0}]"""),
        ("""{"type":"object","properties":{"a":{"type":"object","additionalProperties":{"type":"object","additionalProperties":{"type":"integer"}}}}}""",
            """[{"a":{"b":{"c":1}}},{"a":{"b":{"c":"s"}}},{"a":{"b":1}},{"a":{}}]"""),

        // More of numbers.
        ("""{"type":"string","minLength":2.0,"maxLength":3e0}""", """["a","ab","abc","abcd"]"""),
        ("""{"type":"integer","multipleOf":1.0}""", """[1,1.5,0]"""),
        ("""{"type":"number","multipleOf":1e-2}""", """[0.01,0.015,3,3.14,3.141]"""),
        ("""{"type":"number","minimum":1,"exclusiveMinimum":1,"maximum":2.5,"exclusiveMaximum":2.5}""", """[1,1.0001,2.4999,2.5,2,1.5]"""),
        ("""{"type":"number","minimum":-0.5,"maximum":0.5}""", """[-0.5,-0.51,0,0.5,0.50001,-0.0]"""),
        ("""{"type":"integer","minimum":0.5,"maximum":1.5}""", """[0,1,2]"""),
        ("""{"enum":[1,1.0,"1"]}""", """[1,"1",1.5]"""),
        ("""{"type":"integer","enum":[1.0,2.5,3]}""", """[1,3,2.5]"""),
        ("""{"type":"number","exclusiveMaximum":1e-3,"minimum":0}""", """[0,0.0009,0.001,1e-4]"""),
        ("""{"type":"integer","minimum":99,"maximum":1001}""", """[98,99,100,999,1000,1001,1002,9]"""),

        // More of patterns.
        ("""{"type":"string","pattern":"^[\\w-]+@[\\d.]+$"}""", """["a-b@1.2","@1","a@b",""]"""),
        ("""{"type":"string","pattern":"^(?:ab|(?<n>cd))+$"}""", """["abcd","ab","abc",""]"""),
        ("""{"type":"string","pattern":"^a{2,}b{0}c?$"}""", """["aa","aac","a","aab","aaa"]"""),
        ("""{"type":"string","pattern":"^\\P{L}\\D\\W$"}""", """["1a!","aa!","111","1a1"]"""),
        ("""{"type":"string","pattern":"^[\\]\\\\^-]+$"}""", """["]\\^-","a"]"""),
        ("""{"type":"string","pattern":"^$"}""", """["","a"]"""),
        ("""{"type":"string","pattern":""}""", """["","a"]"""),
        ("""{"type":"string","pattern":"a|"}""", """["","b"]"""),
        ("""{"type":"string","pattern":"^\\t\\n\\r\\f\\v$"}""", """["\t\n\r\f\u000b","\t"]"""),
        ("""{"type":"string","pattern":"^\\u00e9\\ud83d\\ude00$"}""", """["é😀","é"]"""),
        ("""{"type":"string","pattern":"^[😀-😂]$"}""", """["😀","😁","😃"]"""),
        ("""{"type":"string","pattern":"^(a*)*$"}""", """["","aaa","b"]"""),
        ("""{"type":"string","pattern":"^x*?y+?$"}""", """["xy","y","x"]"""),
        ("""{"type":"string","allOf":[{"pattern":"^a"},{"pattern":"z$"},{"maxLength":3}]}""", """["az","abz","abcz","a","z"]"""),
        ("""{"type":"string","not":{"pattern":"b"},"maxLength":3}""", """["aaa","aba","aaaa",""]"""),

        // More of formats.
        ("""{"type":"string","format":"time"}""", """["12:00:00Z","12:00:00","24:00:00Z","12:00:00.5+01:00","12:60:00Z"]"""),
        ("""{"type":"string","format":"duration"}""", """["P1D","P1Y2M3DT4H5M6S","PT","P","P1W","PT1H","1D"]"""),
        ("""{"type":"string","format":"hostname"}""", """["a.b","-a","a-","a..b"]"""),
        ("""{"type":"string","format":"json-pointer"}""", """["","/a/b","a","/a~0b","/a~2"]"""),
        ("""{"type":"string","format":"uri"}""", """["http://a.b/c","a","http://a b","mailto:a@b.c"]"""),
        ("""{"format":"date"}""", """[1,null,"2024-01-01","x"]"""),
        ("""{"type":"string","format":"date","pattern":"^2024"}""", """["2024-05-05","2023-05-05"]"""),

        // More of arrays and choices.
        ("""{"type":"array","items":{"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"null"}]}}""",
            """[[[1],null],[["s"]],[null,1],[]]"""),
        ("""{"type":"array","prefixItems":[{"const":1}],"minItems":1}""", """[[1],[2],[],[1,"x"]]"""),
        ("""{"type":"array","maxItems":0}""", """[[],[1]]"""),
        ("""{"type":"array","items":{"type":"integer"},"not":{"maxItems":1}}""", """[[1],[1,2],[],["a","b"]]"""),
        ("""{"oneOf":[{"anyOf":[{"const":1},{"const":2}]},{"anyOf":[{"const":2},{"const":3}]}]}""", """[1,2,3,4]"""),
        ("""{"allOf":[{"anyOf":[{"type":"integer"},{"type":"string"}]},{"anyOf":[{"type":"string"},{"type":"null"}]}]}""", """["a",1,null]"""),
        ("""{"type":["string","integer","null"],"enum":["a",1,null,true]}""", """["a",1,null,true]"""),
        ("""{"const":null}""", """[null,0,false,""]"""),
        ("""{"const":{}}""", """[{},{"a":1},[]]"""),
        ("""{"not":{"not":{"type":"integer"}}}""", """[1,"a"]"""),
        ("""{"if":{"type":"string"},"then":{"maxLength":1},"else":{"type":"integer"}}""", """["a","ab",1,null]"""),
        ("""{"anyOf":[{"type":"object","properties":{"t":{"const":"a"},"v":{"type":"integer"}},"required":["t","v"],"additionalProperties":false},{"type":"object","properties":{"t":{"const":"b"},"v":{"type":"array","items":{"$ref":"#"}}},"required":["t","v"],"additionalProperties":false}]}""",
            """[{"t":"a","v":1},{"t":"b","v":[{"t":"a","v":2},{"t":"b","v":[]}]},{"t":"a","v":[]},{"t":"b","v":[{"t":"c"}]}]"""),
    ];

    [Fact]
    public async Task Every_instance_is_judged_as_by_ajv()
    {
        List<string> wrong = [];
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, Rows.Select(row => new JsonObject
            {
                ["schema"] = JsonNode.Parse(row.Schema),
                ["texts"] = new JsonArray([.. JsonDocument.Parse(row.Instances).RootElement.EnumerateArray().Select(instance => (JsonNode?)instance.GetRawText())]),
            }.ToJsonString(Relaxed)), TestContext.Current.CancellationToken);
            string[] verdicts = (await NodeEnvironment.RunAsync("validate-schemas.mjs", file)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(Rows.Length, verdicts.Length);
            for (int i = 0; i < Rows.Length; i++)
            {
                Compare(Rows[i].Schema, Rows[i].Instances, JsonDocument.Parse(verdicts[i]).RootElement, wrong);
            }
        }
        finally
        {
            File.Delete(file);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static void Compare(string schema, string instances, JsonElement verdict, List<string> wrong)
    {
        SchemaHarness harness = SchemaHarness.Compile(schema);
        if (harness.Problem is not null || !verdict.TryGetProperty("refused", out JsonElement refused))
        {
            wrong.Add($"{schema}: {harness.Problem ?? verdict.GetRawText()}");
            return;
        }

        string[] invalid = [.. refused.EnumerateArray().Select(text => text.GetString()!)];
        foreach (JsonElement instance in JsonDocument.Parse(instances).RootElement.EnumerateArray())
        {
            bool isValid = !Array.Exists(invalid, text => text.StartsWith(instance.GetRawText() + ": ", StringComparison.Ordinal));
            if (harness.Accepts(instance) != isValid)
            {
                wrong.Add($"{(isValid ? "refused" : "ACCEPTED")} {instance.GetRawText()} by {schema}");
            }
        }
    }
}
