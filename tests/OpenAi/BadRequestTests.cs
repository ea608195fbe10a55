using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace MistralServe.Tests.OpenAi;

public sealed class BadRequestTests
{
    private const string User = """{"role":"user","content":"hi"}""";

    /// <summary>Of every endpoint that generates text.</summary>
    internal static readonly (string Fields, string Code, string Param)[] SharedFields =
    [
        ("\"temperature\":-1", "invalid_value", "temperature"),
        ("\"temperature\":2.01", "invalid_value", "temperature"),
        ("\"temperature\":1e999", "invalid_value", "temperature"),
        ("\"temperature\":\"1\"", "invalid_type", "temperature"),
        ("\"temperature\":0,\"temperature\":2", "invalid_value", "temperature"),
        ("\"temperature\":0,\"temp\\u0065rature\":2", "invalid_value", "temperature"),
        ("\"top_p\":-0.1", "invalid_value", "top_p"),
        ("\"top_p\":1.1", "invalid_value", "top_p"),
        ("\"min_p\":1.1", "invalid_value", "min_p"),
        ("\"top_k\":-2", "invalid_value", "top_k"),
        ("\"top_k\":1.5", "invalid_type", "top_k"),
        ("\"frequency_penalty\":2.5", "invalid_value", "frequency_penalty"),
        ("\"presence_penalty\":-2.5", "invalid_value", "presence_penalty"),
        ("\"repeat_penalty\":0", "invalid_value", "repeat_penalty"),
        ("\"repetition_penalty\":-1", "invalid_value", "repetition_penalty"),
        ("\"repetition_penalty\":1.1,\"repeat_penalty\":1.2", "invalid_value", "repeat_penalty"),
        ("\"repeat_last_n\":-2", "invalid_value", "repeat_last_n"),
        ("\"ignore_eos\":1", "invalid_type", "ignore_eos"),
        ("\"max_tokens\":-1", "invalid_value", "max_tokens"),
        ("\"max_tokens\":1.5", "invalid_type", "max_tokens"),
        ("\"max_tokens\":\"5\"", "invalid_type", "max_tokens"),
        ("\"max_tokens\":1e999", "invalid_value", "max_tokens"),
        ("\"stop\":\"\"", "invalid_value", "stop"),
        ("\"stop\":[\"\"]", "invalid_value", "stop[0]"),
        ("\"stop\":[\"a\",1]", "invalid_type", "stop[1]"),
        ("\"stop\":{}", "invalid_type", "stop"),
        ($"\"stop\":[{string.Join(',', Enumerable.Repeat("\"a\"", 17))}]", "invalid_value", "stop"),
        ($"\"stop\":\"{new string('a', 257)}\"", "invalid_value", "stop"),
        ("\"seed\":1.5", "invalid_type", "seed"),
        ("\"seed\":9223372036854775808", "invalid_value", "seed"),
        ("\"seed\":\"1\"", "invalid_type", "seed"),
        ("\"stream\":\"true\"", "invalid_type", "stream"),
        ("\"stream_options\":true", "invalid_type", "stream_options"),
        ("\"stream_options\":{\"include_usage\":1}", "invalid_type", "stream_options.include_usage"),
        ("\"model\":1", "invalid_type", "model"),
        ("\"n\":0", "invalid_value", "n"),
        ("\"n\":9", "invalid_value", "n"),
        ("\"n\":1000000000000000000000", "invalid_value", "n"),
        ("\"n\":\"1\"", "invalid_type", "n"),
        ("\"response_format\":1", "invalid_type", "response_format"),
        ("\"response_format\":{}", "missing_required_parameter", "response_format.type"),
        ("\"response_format\":{\"type\":1}", "invalid_type", "response_format.type"),
        ("\"response_format\":{\"type\":\"grammar\"}", "unsupported_value", "response_format.type"),
        ("\"response_format\":{\"type\":\"json_schema\"}", "missing_required_parameter", "response_format.json_schema"),
        ("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":[]}", "invalid_type", "response_format.json_schema"),
        ("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{}}}", "missing_required_parameter", "response_format.json_schema.name"),
        ("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a b\",\"schema\":{}}}", "invalid_value", "response_format.json_schema.name"),
        ("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\"}}", "missing_required_parameter", "response_format.json_schema.schema"),
        ("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":[]}}", "invalid_type", "response_format.json_schema.schema"),
        ("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{},\"strict\":1}}", "invalid_type", "response_format.json_schema.strict"),
        ("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{},\"description\":1}}", "invalid_type", "response_format.json_schema.description"),
        ("\"response_format\":{\"type\":\"json_object\"},\"regex\":\"a\"", "invalid_value", "regex"),
        ("\"grammar\":1", "invalid_type", "grammar"),
        ("\"grammar\":\"root ::= [a-z]\",\"regex\":\"a\"", "invalid_value", "regex"),
        ("\"json_schema\":1", "invalid_type", "json_schema"),
        ("\"json_schema\":\"{\"", "invalid_type", "json_schema"),
        ("\"regex\":{}", "invalid_type", "regex"),
        ("\"structured_outputs\":1", "invalid_type", "structured_outputs"),
        ("\"structured_outputs\":{\"choice\":[]}", "invalid_value", "structured_outputs.choice"),
        ("\"structured_outputs\":{\"choice\":[\"a\",1]}", "invalid_type", "structured_outputs.choice"),
        ("\"structured_outputs\":{\"json\":{},\"regex\":\"a\"}", "invalid_value", "structured_outputs"),
        ("\"structured_outputs\":{\"structural_tag\":\"x\"}", "unsupported_value", "structured_outputs.structural_tag"),
        ("\"guided_json\":5", "invalid_type", "guided_json"),
        ("\"guided_regex\":5", "invalid_type", "guided_regex"),
        ("\"guided_choice\":\"a\"", "invalid_type", "guided_choice"),
        ("\"guided_grammar\":5", "invalid_type", "guided_grammar"),
        ("\"guided_whitespace_pattern\":\" ?\"", "unsupported_value", "guided_whitespace_pattern"),
        ("\"n_predict\":-2", "invalid_value", "n_predict"),
        ("\"n_probs\":21", "invalid_value", "n_probs"),
        ("\"n_probs\":true", "invalid_type", "n_probs"),
        ("\"post_sampling_probs\":true", "unsupported_value", "post_sampling_probs"),
        ("\"min_tokens\":-1", "invalid_value", "min_tokens"),
        ("\"stop_token_ids\":5", "invalid_type", "stop_token_ids"),
        ("\"stop_token_ids\":[1,100]", "invalid_value", "stop_token_ids[1]"),
        ("\"stop_token_ids\":[\"a\"]", "invalid_value", "stop_token_ids[0]"),
        ("\"allowed_token_ids\":[-1]", "invalid_value", "allowed_token_ids[0]"),
        ("\"bad_words\":[\"\"]", "invalid_value", "bad_words[0]"),
        ("\"include_stop_str_in_output\":1", "invalid_type", "include_stop_str_in_output"),
        ("\"skip_special_tokens\":1", "invalid_type", "skip_special_tokens"),
        ("\"min_keep\":2", "unsupported_value", "min_keep"),
        ("\"min_keep\":-1", "invalid_value", "min_keep"),
        ("\"samplers\":7", "unsupported_value", "samplers"),
        ("\"samplers\":[\"infill\"]", "unsupported_value", "samplers"),
        ("\"samplers\":[\"temperature\",\"top_k\"]", "unsupported_value", "samplers"),
        ("\"samplers\":\"kz\"", "unsupported_value", "samplers"),
        ("\"return_tokens\":1", "invalid_type", "return_tokens"),
        ("\"return_token_ids\":true", "unsupported_value", "return_token_ids"),
        ("\"timings_per_token\":1", "invalid_type", "timings_per_token"),
        ("\"return_progress\":1", "invalid_type", "return_progress"),
        ("\"truncate_prompt_tokens\":5", "unsupported_value", "truncate_prompt_tokens"),
        ("\"sse_ping_interval\":0", "invalid_value", "sse_ping_interval"),
        ("\"sse_ping_interval\":301", "invalid_value", "sse_ping_interval"),
        ("\"sse_ping_interval\":\"5\"", "invalid_type", "sse_ping_interval"),
        ("\"use_beam_search\":true", "unsupported_value", "use_beam_search"),
        ("\"lora\":[{\"id\":0,\"scale\":1}]", "unsupported_value", "lora"),
        ("\"chat_template\":\"\"", "unsupported_value", "chat_template"),
        ("\"n_discard\":-50", "unsupported_value", "n_discard"),
        ("\"logit_bias\":1", "invalid_type", "logit_bias"),
        ("\"logit_bias\":{\"100\":1}", "invalid_value", "logit_bias.100"),
        ("\"logit_bias\":{\"-5\":1}", "invalid_value", "logit_bias.-5"),
        ("\"logit_bias\":{\"foo\":1}", "invalid_value", "logit_bias.foo"),
        ("\"logit_bias\":{\"99999999999\":1}", "invalid_value", "logit_bias.99999999999"),
        ($"\"logit_bias\":{{\"{new string('9', 1000)}\":1}}", "invalid_value", "logit_bias"),
        ("\"logit_bias\":{\"5\":-100.5}", "invalid_value", "logit_bias.5"),
        ("\"logit_bias\":{\"5\":1e999}", "invalid_value", "logit_bias.5"),
        ("\"logit_bias\":{\"5\":\"1\"}", "invalid_value", "logit_bias.5"),
        ("\"logit_bias\":{\"5\":true}", "invalid_value", "logit_bias.5"),
        ("\"logit_bias\":{\"5\":1,\"05\":2}", "invalid_value", "logit_bias.05"),
        ("\"logit_bias\":[[5,1],[100,1]]", "invalid_value", "logit_bias[1]"),
        ("\"logit_bias\":[[\"Hello\",1]]", "invalid_value", "logit_bias[0]"),
        ("\"logit_bias\":[[5]]", "invalid_value", "logit_bias[0]"),
        ("\"logit_bias\":[5]", "invalid_value", "logit_bias[0]"),
        ($"\"logit_bias\":[{string.Join(',', Enumerable.Repeat("[1,0]", 1025))}]", "invalid_value", "logit_bias"),
        ("\"typical_p\":1.1", "invalid_value", "typical_p"),
        ("\"top_n_sigma\":-2", "invalid_value", "top_n_sigma"),
        ("\"xtc_probability\":1.1", "invalid_value", "xtc_probability"),
        ("\"xtc_threshold\":-0.1", "invalid_value", "xtc_threshold"),
        ("\"dynatemp_range\":2.1", "invalid_value", "dynatemp_range"),
        ("\"dynatemp_exponent\":0", "invalid_value", "dynatemp_exponent"),
        ("\"mirostat\":1", "unsupported_value", "mirostat"),
        ("\"mirostat\":3", "invalid_value", "mirostat"),
        ("\"mirostat\":true", "invalid_type", "mirostat"),
        ("\"mirostat_tau\":-1", "invalid_value", "mirostat_tau"),
        ("\"mirostat_eta\":1.1", "invalid_value", "mirostat_eta"),
        ("\"dry_multiplier\":-1", "invalid_value", "dry_multiplier"),
        ("\"dry_base\":0.9", "invalid_value", "dry_base"),
        ("\"dry_allowed_length\":-1", "invalid_value", "dry_allowed_length"),
        ("\"dry_penalty_last_n\":-2", "invalid_value", "dry_penalty_last_n"),
        ("\"dry_sequence_breakers\":[\"x\",\"\"]", "invalid_value", "dry_sequence_breakers[1]"),
        ("\"dry_sequence_breakers\":7", "invalid_type", "dry_sequence_breakers"),
        ("\"cache_prompt\":1", "invalid_type", "cache_prompt"),
        ("\"metadata\":5", "invalid_type", "metadata"),
        ("\"metadata\":{\"a\":1}", "invalid_type", "metadata.a"),
        ("\"metadata\":{\"\":\"a\"}", "invalid_value", "metadata"),
        ($"\"metadata\":{{\"{new string('k', 65)}\":\"a\"}}", "invalid_value", "metadata"),
        ($"\"metadata\":{{\"a\":\"{new string('v', 513)}\"}}", "invalid_value", "metadata.a"),
        ($"\"metadata\":{{{string.Join(',', Enumerable.Range(0, 17).Select(i => $"\"{i}\":\"v\""))}}}", "invalid_value", "metadata"),
        ("\"user\":5", "invalid_type", "user"),
        ("\"safety_identifier\":5", "invalid_type", "safety_identifier"),
        ($"\"safety_identifier\":\"{new string('s', 65)}\"", "invalid_value", "safety_identifier"),
        ("\"prompt_cache_key\":5", "invalid_type", "prompt_cache_key"),
        ("\"prompt_cache_retention\":5", "invalid_type", "prompt_cache_retention"),
        ("\"prompt_cache_options\":5", "invalid_type", "prompt_cache_options"),
        ("\"service_tier\":5", "invalid_type", "service_tier"),
        ("\"store\":\"yes\"", "invalid_type", "store"),
        ("\"prediction\":\"text\"", "invalid_type", "prediction"),
        ("\"audio\":\"loud\"", "invalid_type", "audio"),
        ("\"web_search_options\":true", "invalid_type", "web_search_options"),
        ("\"moderation\":true", "invalid_type", "moderation"),
        ("\"speculative\":\"no\"", "invalid_type", "speculative"),
        ("\"speculative\":{\"n_max\":0}", "invalid_type", "speculative"),
        ("\"speculative.n_max\":-1", "invalid_value", "speculative.n_max"),
        ("\"speculative.n_max\":false", "invalid_type", "speculative.n_max"),
    ];

    public static TheoryData<string, string, string?> Bodies()
    {
        var rows = new TheoryData<string, string, string?>
        {
            { "", "invalid_json", null },
            { "   ", "invalid_json", null },
            { "{", "invalid_json", null },
            { "{} {}", "invalid_json", null },
            { """{"messages":[],}""", "invalid_json", null },
            { """{/* comment */}""", "invalid_json", null },
            { Nested(65), "invalid_json", null },
            { Nested(100_000), "invalid_json", null },
            { "[]", "invalid_type", null },
            { "null", "invalid_type", null },
            { "\"text\"", "invalid_type", null },
            { "{}", "missing_required_parameter", "messages" },
            { """{"messages":null}""", "missing_required_parameter", "messages" },
            { """{"messages":"hi"}""", "invalid_type", "messages" },
            { """{"messages":[]}""", "invalid_value", "messages" },
            { """{"messages":[1]}""", "invalid_type", "messages[0]" },
            { """{"messages":[{"content":"hi"}]}""", "missing_required_parameter", "messages[0].role" },
            { """{"messages":[{"role":1,"content":"hi"}]}""", "invalid_type", "messages[0].role" },
            { """{"messages":[{"role":"bot","content":"hi"}]}""", "invalid_value", "messages[0].role" },
            { """{"messages":[{"role":"user"}]}""", "missing_required_parameter", "messages[0].content" },
            { """{"messages":[{"role":"user","content":null}]}""", "missing_required_parameter", "messages[0].content" },
            { """{"messages":[{"role":"assistant","content":null}]}""", "missing_required_parameter", "messages[0].content" },
            { """{"messages":[{"role":"user","content":[]}]}""", "invalid_value", "messages[0].content" },
            { """{"messages":[{"role":"user","content":5}]}""", "invalid_type", "messages[0].content" },
            { """{"messages":[{"role":"user","content":"hi"},{"role":"user","content":{"a":1}}]}""", "invalid_type", "messages[1].content" },
            { """{"messages":[{"role":"user","content":["hi"]}]}""", "invalid_type", "messages[0].content[0]" },
            { """{"messages":[{"role":"user","content":[{"text":"hi"}]}]}""", "missing_required_parameter", "messages[0].content[0].type" },
            { """{"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "missing_required_parameter", "messages[0].content[0].text" },
            { """{"messages":[{"role":"user","content":[{"type":"text","text":1}]}]}""", "invalid_type", "messages[0].content[0].text" },
            { """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"http://127.0.0.1/"}}]}]}""", "unsupported_value", "messages[0].content[1]" },
            { """{"messages":[{"role":"user","content":[{"type":"input_audio"}]}]}""", "unsupported_value", "messages[0].content[0]" },
            { """{"messages":[{"role":"user","content":[{"type":"file"}]}]}""", "unsupported_value", "messages[0].content[0]" },
            { """{"messages":[{"role":"user","content":[{"type":"refusal","refusal":"no"}]}]}""", "unsupported_value", "messages[0].content[0]" },
            { """{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"a"}]}]}""", "missing_required_parameter", "messages[0].tool_calls[0].function" },
            { """{"messages":[{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f","arguments":""}}]}]}""", "missing_required_parameter", "messages[0].tool_calls[0].id" },
            { """{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"a","function":{"name":"f","arguments":{}}}]}]}""", "invalid_type", "messages[0].tool_calls[0].function.arguments" },
            { """{"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"custom","custom":{"name":"f","input":""}}]}]}""", "unsupported_value", "messages[0].tool_calls[0].type" },
            { """{"messages":[{"role":"assistant","content":null,"tool_calls":[]}]}""", "missing_required_parameter", "messages[0].content" },
            { """{"messages":[{"role":"user","content":"a","tool_calls":[{"id":"a","function":{"name":"f","arguments":""}}]}]}""", "invalid_value", "messages[0].tool_calls" },
            { """{"messages":[{"role":"tool","content":"a"}]}""", "missing_required_parameter", "messages[0].tool_call_id" },
            { """{"messages":[{"role":"function","content":"a"}]}""", "missing_required_parameter", "messages[0].name" },
            { """{"messages":[{"role":"assistant","content":"a","audio":{"id":"b"}}]}""", "unsupported_value", "messages[0].audio" },
            { """{"messages":[{"role":"user","content":"a"}],"continue_final_message":true}""", "invalid_value", "continue_final_message" },
            { """{"messages":[{"role":"assistant","content":"a"}],"continue_final_message":true,"add_generation_prompt":true}""", "invalid_value", "continue_final_message" },
            { """{"messages":[{"role":"user","role":"system","content":"a"}]}""", "invalid_value", "messages[0].role" },
            { """{"messages":[{"role":"user","content":"\ud800"}]}""", "invalid_json", null },
            { """{"messages":[{"role":"user","content":"\udc00\ud800"}]}""", "invalid_json", null },
            { """{"messages":[{"role":"user","content":"a"}],"x":"\ud83d"}""", "invalid_json", null },
            { """{"messages":[{"role":"user","content":"a"}],"\ud83d":1}""", "invalid_json", null },
        };
        (string Fields, string Code, string Param)[] own =
        [
            ("\"max_completion_tokens\":-5", "invalid_value", "max_completion_tokens"),
            ("\"tools\":{}", "invalid_type", "tools"),
            ("\"tools\":[1]", "invalid_type", "tools[0]"),
            ("\"tools\":[{\"function\":{\"name\":\"f\"}}]", "missing_required_parameter", "tools[0].type"),
            ("\"tools\":[{\"type\":\"function\"}]", "missing_required_parameter", "tools[0].function"),
            ("\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\"}}]", "unsupported_value", "tools[0].type"),
            ("\"tools\":[{\"type\":\"function\",\"function\":{}}]", "missing_required_parameter", "tools[0].function.name"),
            ("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"\"}}]", "invalid_value", "tools[0].function.name"),
            ("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]", "invalid_value", "tools[0].function.name"),
            ($"\"tools\":[{Tool(new string('x', 65))}]", "invalid_value", "tools[0].function.name"),
            ($"\"tools\":[{Tool("f")},{Tool("f")}]", "invalid_value", "tools[1].function.name"),
            ($"\"tools\":[{string.Join(',', Enumerable.Range(0, 129).Select(i => Tool($"f{i}")))}]", "invalid_value", "tools"),
            ("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":1}}]", "invalid_type", "tools[0].function.parameters"),
            ("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":1}}]", "invalid_type", "tools[0].function.strict"),
            ("\"tool_choice\":\"required\"", "invalid_value", "tool_choice"),
            ("\"tool_choice\":\"maybe\"", "invalid_value", "tool_choice"),
            ("\"tool_choice\":1", "invalid_type", "tool_choice"),
            ("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", "invalid_value", "tool_choice"),
            ($"\"tools\":[{Tool("f")}],\"tool_choice\":{{\"type\":\"function\",\"function\":{{\"name\":\"g\"}}}}", "invalid_value", "tool_choice"),
            ($"\"tools\":[{Tool("f")}],\"tool_choice\":{{\"type\":\"function\"}}", "missing_required_parameter", "tool_choice.function"),
            ($"\"tools\":[{Tool("f")}],\"tool_choice\":{{\"type\":\"custom\"}}", "unsupported_value", "tool_choice.type"),
            ($"\"tools\":[{Tool("f")}],\"tool_choice\":{{\"type\":\"allowed_tools\",\"allowed_tools\":{{\"mode\":\"none\",\"tools\":[{Tool("f")}]}}}}", "invalid_value", "tool_choice.allowed_tools.mode"),
            ($"\"tools\":[{Tool("f")}],\"tool_choice\":{{\"type\":\"allowed_tools\",\"allowed_tools\":{{\"mode\":\"auto\",\"tools\":[]}}}}", "invalid_value", "tool_choice.allowed_tools.tools"),
            ("\"parallel_tool_calls\":1", "invalid_type", "parallel_tool_calls"),
            ("\"functions\":[{}]", "missing_required_parameter", "functions[0].name"),
            ($"\"tools\":[{Tool("f")}],\"functions\":[{{\"name\":\"g\"}}]", "invalid_value", "functions"),
            ("\"functions\":[{\"name\":\"g\"}],\"function_call\":\"required\"", "invalid_value", "function_call"),
            ("\"functions\":[{\"name\":\"g\"}],\"function_call\":{\"name\":\"h\"}", "invalid_value", "function_call"),
            ("\"reasoning_effort\":\"extreme\"", "invalid_value", "reasoning_effort"),
            ("\"reasoning_format\":\"deepseek-legacy\"", "unsupported_value", "reasoning_format"),
            ("\"thinking_token_budget\":-2", "invalid_value", "thinking_token_budget"),
            ("\"thinking_token_budget\":1,\"reasoning_budget_tokens\":2", "invalid_value", "reasoning_budget_tokens"),
            ("\"echo\":true", "unsupported_value", "echo"),
            ("\"add_special_tokens\":true", "unsupported_value", "add_special_tokens"),
            ("\"add_generation_prompt\":1", "invalid_type", "add_generation_prompt"),
            ("\"include_reasoning\":1", "invalid_type", "include_reasoning"),
            ("\"verbosity\":\"huge\"", "invalid_value", "verbosity"),
            ("\"chat_template_kwargs\":[]", "invalid_type", "chat_template_kwargs"),
            ("\"chat_template_kwargs\":{\"messages\":[]}", "invalid_value", "chat_template_kwargs.messages"),
            ("\"logprobs\":1", "invalid_type", "logprobs"),
            ("\"logprobs\":true,\"top_logprobs\":21", "invalid_value", "top_logprobs"),
            ("\"logprobs\":true,\"top_logprobs\":-1", "invalid_value", "top_logprobs"),
            ("\"top_logprobs\":1", "invalid_value", "top_logprobs"),
            ("\"logprobs\":true,\"top_logprobs\":2,\"n_probs\":3", "invalid_value", "n_probs"),
            ("\"modalities\":[\"text\",\"audio\"]", "unsupported_value", "modalities"),
        ];
        foreach ((string field, string code, string param) in (IEnumerable<(string, string, string)>)[.. SharedFields, .. own])
        {
            rows.Add($$"""{"messages":[{{User}}],{{field}}}""", code, param);
        }

        return rows;
    }

    private static string Tool(string name) => $"{{\"type\":\"function\",\"function\":{{\"name\":\"{name}\"}}}}";

    public static TheoryData<string, string, string?> CompletionBodies()
    {
        var rows = new TheoryData<string, string, string?>
        {
            { "{", "invalid_json", null },
            { "[]", "invalid_type", null },
            { "{}", "missing_required_parameter", "prompt" },
            { """{"prompt":null}""", "missing_required_parameter", "prompt" },
            { """{"prompt":1}""", "invalid_type", "prompt" },
            { """{"prompt":{"a":1}}""", "invalid_type", "prompt" },
            { """{"prompt":[]}""", "invalid_value", "prompt" },
            { """{"prompt":[[]]}""", "invalid_value", "prompt[0]" },
            { """{"prompt":["a",[1]]}""", "invalid_type", "prompt[1]" },
            { """{"prompt":[[1],"a"]}""", "invalid_type", "prompt[1]" },
            { """{"prompt":[[1],[]]}""", "invalid_value", "prompt[1]" },
            { """{"prompt":[[1],[2,-1]]}""", "invalid_value", "prompt[1][1]" },
            { $$"""{"prompt":[{{string.Join(',', Enumerable.Repeat("\"a\"", 33))}}]}""", "invalid_value", "prompt" },
            { """{"prompt":[1,"a"]}""", "invalid_type", "prompt[1]" },
            { """{"prompt":[1,null]}""", "invalid_type", "prompt[1]" },
            { """{"prompt":[1,-5]}""", "invalid_value", "prompt[1]" },
            { """{"prompt":[1.5]}""", "invalid_value", "prompt[0]" },
            { """{"prompt":[99999999999]}""", "invalid_value", "prompt[0]" },
            { """{"prompt":"\ud800"}""", "invalid_json", null },
        };
        (string Fields, string Code, string Param)[] own =
        [
            ("\"best_of\":-1", "invalid_value", "best_of"),
            ("\"best_of\":9", "invalid_value", "best_of"),
            ("\"best_of\":1.5", "invalid_type", "best_of"),
            ("\"best_of\":\"2\"", "invalid_type", "best_of"),
            ("\"best_of\":2,\"n\":3", "invalid_value", "best_of"),
            ("\"best_of\":2,\"stream\":true", "invalid_value", "best_of"),
            ("\"echo\":1", "invalid_type", "echo"),
            ("\"add_special_tokens\":\"no\"", "invalid_type", "add_special_tokens"),
            ("\"suffix\":1", "invalid_type", "suffix"),
            ("\"suffix\":\"x\",\"echo\":true", "unsupported_value", "echo"),
            ("\"logprobs\":6", "invalid_value", "logprobs"),
            ("\"logprobs\":true", "invalid_type", "logprobs"),
            ("\"echo\":true,\"logprobs\":0,\"n\":2,\"stream\":true", "unsupported_value", "echo"),
        ];
        foreach ((string field, string code, string param) in (IEnumerable<(string, string, string)>)[.. SharedFields, .. own])
        {
            rows.Add($$"""{"prompt":"a",{{field}}}""", code, param);
        }

        return rows;
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/completions")]
    public async Task Every_bad_body_is_400_with_code_and_param(string path)
    {
        await using RestServer server = await RestServer.StartAsync();
        TheoryData<string, string, string?> bodies = path.Contains("chat", StringComparison.Ordinal) ? Bodies() : CompletionBodies();
        foreach ((string body, string code, string? param) in bodies.Select(row => row.Data))
        {
            using HttpResponseMessage answer = await PostAsync(server, Encoding.UTF8.GetBytes(body), path: path);
            try
            {
                string message = await ErrorAssert.IsErrorAsync(answer, 400, code, param);
                Assert.Contains(param ?? "", message, StringComparison.Ordinal);
            }
            catch (Xunit.Sdk.XunitException e)
            {
                Assert.Fail($"{body[..Math.Min(body.Length, 200)]}: {e.Message}");
            }
        }
    }

    [Fact]
    public async Task Invalid_utf8_is_400()
    {
        await using RestServer server = await RestServer.StartAsync();
        byte[] body = [.. """{"messages":[{"role":"user","content":" """u8, 0xC3, 0x28, .. """ "}]}"""u8];
        using HttpResponseMessage answer = await PostAsync(server, body);
        await ErrorAssert.IsErrorAsync(answer, 400, "invalid_json");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=\"utf-16\"")]
    [InlineData(null)]
    public async Task Another_content_type_is_415(string? contentType)
    {
        await using RestServer server = await RestServer.StartAsync();
        using HttpResponseMessage answer = await PostAsync(server, "{}"u8.ToArray(), contentType);
        await ErrorAssert.IsErrorAsync(answer, 415, "unsupported_media_type");
    }

    [Fact]
    public async Task A_body_above_the_limit_is_413()
    {
        await using RestServer server = await RestServer.StartAsync(maxBodyBytes: 1000);
        using HttpResponseMessage declared = await PostAsync(server, new byte[1001]);
        await ErrorAssert.IsErrorAsync(declared, 413, "request_too_large");

        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        chunked.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(new string(' ', 1001)));
        chunked.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage undeclared = await server.Client.SendAsync(chunked);
        await ErrorAssert.IsErrorAsync(undeclared, 413, "request_too_large");
    }

    [Fact]
    public async Task An_unknown_route_is_404()
    {
        await using RestServer server = await RestServer.StartAsync();
        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/v1/nothing", UriKind.Relative));
        await ErrorAssert.IsErrorAsync(answer, 404, "not_found");
        Assert.True(answer.Headers.Contains("openai-processing-ms"));
        Assert.Equal("2020-10-01", answer.Headers.GetValues("openai-version").Single());
    }

    [Fact]
    public async Task A_wrong_method_is_405_with_Allow()
    {
        await using RestServer server = await RestServer.StartAsync();
        using HttpResponseMessage chat = await server.Client.GetAsync(new Uri("/v1/chat/completions", UriKind.Relative));
        Assert.Contains("POST", await ErrorAssert.IsErrorAsync(chat, 405, "method_not_supported"), StringComparison.Ordinal);
        Assert.Equal(["POST"], chat.Content.Headers.Allow);

        using HttpResponseMessage models = await server.Client.DeleteAsync(new Uri("/v1/models", UriKind.Relative));
        await ErrorAssert.IsErrorAsync(models, 405, "method_not_supported");
        Assert.Equal(["GET", "HEAD"], models.Content.Headers.Allow);
    }

    private static async Task<HttpResponseMessage> PostAsync(
        RestServer server, byte[] body, string? contentType = "application/json", string path = "/v1/chat/completions")
    {
        using var content = new ByteArrayContent(body);
        if (contentType is not null)
        {
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        HttpResponseMessage answer = await server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }

    private static string Nested(int depth) =>
        $$"""{"messages":[{{User}}],"x":{{new string('[', depth)}}{{new string(']', depth)}}}""";
}
