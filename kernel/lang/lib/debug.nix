# lib.debug: looking at values while they are computed.
lib:
let
  inherit (builtins) attrNames concatStringsSep deepSeq elem filter foldl' isAttrs isList map mapAttrs seq substring trace;
  same = value: value;
  pretty = lib.generators.toPretty { allowPrettyValues = true; };

  # The value with everything below `depth` levels replaced by a mark.
  cut =
    depth: value:
    let
      mark = text: { __pretty = _: text; val = value; };
    in
    if isList value then
      if depth == 0 then mark "[…]" else map (cut (depth - 1)) value
    else if isAttrs value then
      if depth == 0 then mark "{…}" else mapAttrs (_: cut (depth - 1)) value
    else
      value;

  traceValFn = show: value: trace (show value) value;
  traceSeqN = depth: shown: value: trace (pretty (cut depth shown)) value;
  traceValSeqFn = show: value: traceValFn show (deepSeq value value);
  traceValSeqNFn = show: depth: value: traceSeqN depth (show value) value;
in
{
  inherit traceValFn traceSeqN traceValSeqFn traceValSeqNFn;
  traceIf = condition: text: value: if condition then trace text value else value;
  traceVal = traceValFn same;
  traceSeq = shown: value: trace (deepSeq shown shown) value;
  traceValSeq = traceValSeqFn same;
  traceValSeqN = traceValSeqNFn same;
  traceFnSeqN =
    depth: name: function: value:
    let
      result = function value;
    in
    traceSeqN (depth + 1) { fn = name; from = value; to = result; } result;

  # The failures among { testName = { expr, expected }; }; `tests` may name the ones to run.
  runTests =
    tests:
    let
      chosen = tests.tests or [ ];
      wanted = name: if chosen == [ ] then substring 0 4 name == "test" else elem name chosen;
      failed = name: wanted name && tests.${name}.expr != tests.${name}.expected;
    in
    map (name: { inherit name; inherit (tests.${name}) expected; result = tests.${name}.expr; }) (filter failed (attrNames tests));
  throwTestFailures =
    { failures, description ? "tests", ... }:
    let
      plain = value: builtins.unsafeDiscardStringContext (pretty value);
      report = failure: "FAIL ${plain failure.name}:\nExpected:\n${plain failure.expected}\nResult:\n${plain failure.result}\n";
      reported = foldl' (_: failure: traceValFn same (report failure)) null failures;
      names = concatStringsSep "\n- " (map (failure: failure.name) failures);
    in
    if failures == [ ] then null
    else throw (seq reported "${toString (builtins.length failures)} ${description} failed:\n- ${names}\n\n${builtins.toJSON failures}");
  testAllTrue = list: { expr = list; expected = map (_: true) list; };
}
