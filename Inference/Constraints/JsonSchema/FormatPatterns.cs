using System.Collections.Frozen;
using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>
/// The texts of the formats that are enforced. Each is a regular expression, made when first asked for and kept. Any thread.
/// </summary>
internal static class FormatPatterns
{
    // RFC 3339, section 5.6. Leap seconds are written in UTC only; letters T and Z are upper case, as every writer has them.
    private const string LeapYear = "(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";

    private const string Date =
        "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + LeapYear + "-02-29)";

    private const string Time =
        "(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])|23:59:60(?:\\.[0-9]{1,9})?(?:Z|[+-]00:00))";

    // RFC 3339, appendix A; units in falling order without gaps.
    private const string Duration =
        "P(?:[0-9]{1,18}W|(?:[0-9]{1,18}Y(?:[0-9]{1,18}M(?:[0-9]{1,18}D)?)?|[0-9]{1,18}M(?:[0-9]{1,18}D)?|[0-9]{1,18}D)(?:T" + DurationTime + ")?|T" + DurationTime + ")";

    private const string DurationTime = "(?:[0-9]{1,18}H(?:[0-9]{1,18}M(?:[0-9]{1,18}S)?)?|[0-9]{1,18}M(?:[0-9]{1,18}S)?|[0-9]{1,18}S)";

    // RFC 1123, section 2.1. Two hyphens in the third and fourth place would be an internationalised name, which is not checked here.
    private const string Label = "(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-][A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-](?:[A-Za-z0-9][A-Za-z0-9-]|-[A-Za-z0-9])[A-Za-z0-9-]{0,58}[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-](?:[A-Za-z0-9][A-Za-z0-9]|-[A-Za-z0-9]))";

    private const string Hostname = Label + "(?:\\." + Label + ")*";

    private const string Octet = "(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";

    private const string Ipv4 = Octet + "(?:\\." + Octet + "){3}";

    private const string Group = "[0-9A-Fa-f]{1,4}";

    // RFC 4291, section 2.2: eight groups, or fewer around one double colon; the last two may be an IPv4 address.
    private const string Ipv6 =
        "(?:(?:" + Group + ":){6}" + LowBits
        + "|::(?:" + Group + ":){0,5}" + LowBits
        + "|" + Group + "::(?:" + Group + ":){0,4}" + LowBits
        + "|" + Group + ":" + Group + "::(?:" + Group + ":){0,3}" + LowBits
        + "|" + Group + "(?::" + Group + "){2}::(?:" + Group + ":){0,2}" + LowBits
        + "|" + Group + "(?::" + Group + "){3}::(?:" + Group + ":)?" + LowBits
        + "|" + Group + "(?::" + Group + "){4}::" + LowBits
        + "|" + Group + "(?::" + Group + "){0,5}::" + Group
        + "|::" + Group
        + "|(?:" + Group + "(?::" + Group + "){0,6})?::)";

    private const string LowBits = "(?:" + Group + ":" + Group + "|" + Ipv4 + ")";

    // RFC 5321, section 4.1.2: a dotted local part, or a quoted one; a domain of two labels at least, as validators want it, or an
    // address in brackets.
    private const string Email =
        "(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\")@(?:" + Label + "(?:\\." + Label + ")+|\\[" + Ipv4 + "\\]|\\[IPv6:" + Ipv6 + "\\])";

    // RFC 3986, appendix A.
    private const string Character = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";

    private const string QueryAndFragment = "(?:\\?(?:" + Character + "|[/?])*)?(?:#(?:" + Character + "|[/?])*)?";

    private const string Authority =
        "(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?(?:\\[(?:" + Ipv6 + "|[vV][0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?";

    private const string NetworkPath = "//" + Authority + "(?:/" + Character + "*)*";

    private const string AbsolutePath = "/(?:" + Character + "+(?:/" + Character + "*)*)?";

    private const string RootlessPath = Character + "+(?:/" + Character + "*)*";

    private const string RelativePath = "(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2})+(?:/" + Character + "*)*";

    // Nothing behind the scheme would be one too, but validators disagree.
    private const string Uri = "[A-Za-z][A-Za-z0-9+.-]*:(?:" + NetworkPath + "|" + AbsolutePath + "|" + RootlessPath + ")" + QueryAndFragment;

    private const string RelativeReference = "(?:" + NetworkPath + "|" + AbsolutePath + "|" + RelativePath + ")?" + QueryAndFragment;

    // RFC 6901, section 3.
    private const string JsonPointer = "(?:/(?:[^/~]|~[01])*)*";

    private static readonly FrozenDictionary<string, Lazy<Pattern>> Patterns = new Dictionary<string, Lazy<Pattern>>
    {
        ["date"] = new(() => Parse(Date)),
        ["time"] = new(() => Parse(Time)),
        ["date-time"] = new(() => Parse(Date + "T" + Time)),
        ["duration"] = new(() => Parse(Duration)),
        ["email"] = new(() => Parse(Email)),
        ["hostname"] = new(() => Parse(Hostname)),
        ["ipv4"] = new(() => Parse(Ipv4)),
        ["ipv6"] = new(() => Parse(Ipv6)),
        ["uri"] = new(() => Parse(Uri)),
        ["uri-reference"] = new(() => Parse("(?:" + Uri + "|" + RelativeReference + ")")),
        ["uuid"] = new(() => Parse("[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")),
        ["json-pointer"] = new(() => Parse(JsonPointer)),
        ["relative-json-pointer"] = new(() => Parse("(?:0|[1-9][0-9]*)(?:#|" + JsonPointer + ")")),
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Refused = FrozenSet.ToFrozenSet(["idn-email", "idn-hostname", "iri", "iri-reference", "uri-template", "regex"]);

    /// <summary>The formats that are enforced, for a message.</summary>
    public static string Names { get; } = string.Join(", ", Patterns.Keys.Order(StringComparer.Ordinal));

    /// <summary>The language of a format; null when it is not enforced.</summary>
    public static Pattern? Find(string name) => Patterns.TryGetValue(name, out Lazy<Pattern>? pattern) ? pattern.Value : null;

    /// <summary>Most characters of a text of a format, apart from its pattern; null for no limit. Source: RFC 1123, section 2.1.</summary>
    public static int? FindMaxLength(string name) => name == "hostname" ? 253 : null;

    /// <summary>Whether the standard defines the format. Others are annotations, and say nothing.</summary>
    public static bool IsStandard(string name) => Patterns.ContainsKey(name) || Refused.Contains(name);

    private static Pattern Parse(string source) => SearchPattern.ParseWhole(source);
}
