# lib.derivations: derivations that are looked at without being computed.
lib:
let
  inherit (builtins) isFunction mapAttrs removeAttrs;
  inherit (lib) genAttrs throwIfNot;

  warnOnInstantiate =
    text: package:
    let
      cheap = [ "meta" "name" "type" "outputName" ];
      again = change: warnOnInstantiate text (package.overrideAttrs change);
    in
    package
    // mapAttrs (_: lib.warn text) (removeAttrs package cheap)
    // lib.optionalAttrs (isFunction (package.overrideAttrs or null)) { overrideAttrs = again; };
in
{
  inherit warnOnInstantiate;
  optionalDrvAttr = condition: value: if condition then value else null;

  # The outputs are taken from the caller, so that only using the result computes the derivation.
  lazyDerivation =
    { derivation, meta ? null, passthru ? { }, outputs ? [ "out" ] }@args:
    let
      show = lib.generators.toPretty { multiline = false; };
      real =
        throwIfNot (derivation.type or null == "derivation") "lib.lazyDerivation: the value is not a derivation" (
          throwIfNot (derivation.outputs == outputs)
            "lib.lazyDerivation: ${derivation.name or "the derivation"} has the outputs ${show derivation.outputs}, but ${show outputs} were announced"
            derivation
        );
    in
    {
      type = "derivation";
      inherit (real) outPath outputName drvPath name system;
      inherit outputs;
      meta = args.meta or real.meta;
    }
    // genAttrs outputs (name: real.${name})
    // passthru;
}
