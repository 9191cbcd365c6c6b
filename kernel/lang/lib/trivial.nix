# lib.trivial: small functions about values, versions, warnings, comparison and functions. The hottest ones are native.
lib:
let
  inherit (builtins) elemAt foldl' genList isInt match stringLength substring;
  inherit (lib.trivial) release versionSuffix;

  # The first release that still gets fixes, as a number: 2511 stands for 25.11.
  oldest = 2511;
  hexDigits = "0123456789ABCDEF";
  hexValues = {
    "0" = 0; "1" = 1; "2" = 2; "3" = 3; "4" = 4; "5" = 5; "6" = 6; "7" = 7; "8" = 8; "9" = 9;
    a = 10; b = 11; c = 12; d = 13; e = 14; f = 15;
    A = 10; B = 11; C = 12; D = 13; E = 14; F = 15;
  };
  same = x: x;

  # Sets with a functor are functions too.
  isFunction = value: builtins.isFunction value || (value ? __functor && isFunction (value.__functor value));
  functionArgs =
    function:
    if !(function ? __functor) then builtins.functionArgs function
    else function.__functionArgs or (functionArgs (function.__functor function));

  toBaseDigits =
    base: number:
    assert isInt base && base >= 2;
    assert isInt number && number >= 0;
    let
      digits =
        rest: done:
        let
          more = rest / base;
          all = [ (rest - more * base) ] ++ done;
        in
        if more == 0 then all else digits more all;
    in
    digits number [ ];

  fromHexString =
    text:
    let
      parts = match "(0[xX])?([0-9a-fA-F]{1,16})" text;
      digits = elemAt parts 1;
      add = sum: i: sum * 16 + hexValues.${substring i 1 digits};
    in
    if parts == null then
      throw "lib.fromHexString: \"${toString text}\" is no hexadecimal number of at most 64 bits"
    else
      foldl' add 0 (genList same (stringLength digits));
in
{
  inherit toBaseDigits fromHexString isFunction functionArgs;
  toHexString = number: lib.concatMapStrings (d: substring d 1 hexDigits) (toBaseDigits 16 number);

  release = "26.05";
  versionSuffix = "pre-git";
  version = release + versionSuffix;
  codeName = "Yarara";
  oldestSupportedRelease = oldest;
  oldestSupportedReleaseIsAtLeast = wanted: wanted <= oldest;
  isInOldestRelease = lib.warn "lib.isInOldestRelease is an old name of lib.oldestSupportedReleaseIsAtLeast." lib.oldestSupportedReleaseIsAtLeast;
  nixpkgsVersion = lib.warn "lib.nixpkgsVersion is an old name of lib.version." lib.version;
  # The source revision is not known here.
  revisionWithDefault = fallback: fallback;
  inNixShell = builtins.getEnv "IN_NIX_SHELL" != "";
  inPureEvalMode = !(builtins ? currentSystem);

  concat = a: b: a ++ b;
  mergeAttrs = a: b: a // b;
  "or" = a: b: a || b;
  and = a: b: a && b;
  # Negated, so that anything but a truth value is refused.
  xor = a: b: !a != !b;
  bitNot = builtins.sub (-1);
  boolToYesNo = value: if value then "yes" else "no";
  defaultTo = fallback: value: if value == null then fallback else value;
  mapNullable = function: value: if value == null then null else function value;
  mod = a: b: a - b * (a / b);
  compare = a: b: if a < b then -1 else if b < a then 1 else 0;
  splitByAndCompare =
    belongs: both: neither: a: b:
    let
      left = belongs a;
      right = belongs b;
    in
    if left && right then both a b
    else if left then -1
    else if right then 1
    else neither a b;

  importJSON = file: builtins.fromJSON (builtins.readFile file);
  importTOML = file: fromTOML (builtins.readFile file);

  warnIf = condition: text: if condition then lib.warn text else same;
  warnIfNot = condition: text: if condition then same else lib.warn text;
  throwIf = condition: text: if condition then throw text else same;
  throwIfNot = condition: text: if condition then same else throw text;
  info = text: builtins.trace "INFO: ${text}";
  showWarnings = warnings: result: lib.foldr lib.warn result warnings;
  checkListOfEnum =
    label: allowed: given:
    let
      strangers = lib.subtractLists allowed given;
      show = lib.concatMapStringsSep ", " toString;
    in
    if strangers == [ ] then same else throw "${label}: ${show strangers} unexpected; valid ones: ${show allowed}";

  setFunctionArgs = function: args: {
    __functor = _: function;
    __functionArgs = args;
  };
  mirrorFunctionArgs =
    model:
    let
      args = functionArgs model;
    in
    function: {
      __functor = _: function;
      __functionArgs = args;
    };
  toFunction = value: if isFunction value then value else _: value;
}
