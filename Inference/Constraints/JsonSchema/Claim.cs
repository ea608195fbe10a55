using MistralServe.Inference.Constraints.Grammar;

namespace MistralServe.Inference.Constraints.JsonSchema;

/// <summary>One thing that a value of a known type must fulfil.</summary>
internal abstract record Claim;

/// <summary>The value satisfies a term.</summary>
internal sealed record TermClaim(Term Term) : Claim;

/// <summary>The value is one of some constants of its type: texts, numbers (<see cref="JsonDecimal"/>), booleans or null.</summary>
/// <param name="Values">The constants.</param>
/// <param name="IsNegated">Whether it is none of them.</param>
internal sealed record ConstantClaim(IReadOnlyCollection<object> Values, bool IsNegated) : Claim;

/// <summary>The number is whole, or is not.</summary>
internal sealed record WholeClaim(bool IsNegated) : Claim;

/// <summary>The number lies on one side of a bound.</summary>
/// <param name="Bound">The bound.</param>
/// <param name="IsUpper">Whether the number is below.</param>
/// <param name="IsExclusive">Whether the bound itself is out.</param>
internal sealed record BoundClaim(JsonDecimal Bound, bool IsUpper, bool IsExclusive) : Claim;

/// <summary>The number is a multiple.</summary>
internal sealed record MultipleClaim(JsonDecimal Divisor, SchemaLocation Source) : Claim;

/// <summary>The text matches.</summary>
internal sealed record PatternClaim(Pattern Pattern) : Claim;

/// <summary>The value has so many characters, items or members.</summary>
/// <param name="Min">Least count.</param>
/// <param name="Max">Greatest count; null for none.</param>
/// <param name="Source">Where it is written.</param>
/// <param name="Keyword">How it is written.</param>
internal sealed record CountClaim(int Min, int? Max, SchemaLocation Source, string Keyword) : Claim;

/// <summary>The object has a member, or has none, of that name.</summary>
internal sealed record PresenceClaim(string Name, bool IsPresent) : Claim;

/// <summary>The member of that name, when there is one, satisfies a schema or does not.</summary>
internal sealed record MemberClaim(string Name, SchemaLocation Schema, bool IsNegated) : Claim;

/// <summary>The names of all members satisfy a schema.</summary>
internal sealed record NamesClaim(SchemaLocation Schema) : Claim;

/// <summary>The object's members satisfy <c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c> of a term.</summary>
internal sealed record MembersClaim(Term Term) : Claim;

/// <summary>What no other schema of the term evaluates satisfies <c>unevaluatedProperties</c> or <c>unevaluatedItems</c>.</summary>
internal sealed record UnevaluatedClaim(Term Term, SchemaLocation Schema) : Claim;

/// <summary>The array's items satisfy <c>prefixItems</c> and <c>items</c> of a term.</summary>
internal sealed record ItemsClaim(Term Term) : Claim;

/// <summary>One item, or all of them, satisfies a schema or does not.</summary>
/// <param name="Index">Which; null for all.</param>
/// <param name="Schema">The schema.</param>
/// <param name="IsNegated">Whether it must not satisfy it.</param>
internal sealed record ItemClaim(int? Index, SchemaLocation Schema, bool IsNegated) : Claim;

/// <summary>At least so many items satisfy a schema, or do not.</summary>
internal sealed record ContainsClaim(SchemaLocation Schema, bool IsNegated, int Min, int? Max, SchemaLocation Source) : Claim;

/// <summary>No two items are equal.</summary>
internal sealed record UniqueClaim(SchemaLocation Source) : Claim;
