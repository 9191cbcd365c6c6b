# lib.fixedPoints: recursion through a function's own result, and layers over it.
lib:
let
  inherit (lib) isFunction;

  fix = function: let result = function result; in result;

  # The fixed point remembers the function it came from.
  fix' = function: let result = function result // { __unfix__ = function; }; in result;

  converge = step: value: let next = step value; in if next == value then value else converge step next;

  extends = overlay: base: final: let below = base final; in below // overlay final below;

  composeExtensions = lower: upper: final: below: let first = lower final below; in first // upper final (below // first);

  extensibleAs =
    method: base:
    fix' (final: base final // { ${method} = overlay: extensibleAs method (extends overlay base); });
in
{
  inherit fix fix' converge extends composeExtensions;
  composeManyExtensions = lib.foldr composeExtensions (_: _: { });
  makeExtensibleWithCustomName = extensibleAs;
  makeExtensible = extensibleAs "extend";

  # Accepts what overrideAttrs accepts: a set, a function of the previous set, or a function of final and previous set.
  toExtension =
    change:
    final: below:
    let
      partial = change below;
    in
    if !isFunction change then change
    else if isFunction partial then change final below
    else partial;
}
