# lib.asserts: conditions with messages.
lib:
let
  inherit (builtins) elem filter map;
  assertMsg = condition: text: condition || throw text;
  show = lib.generators.toPretty { };
in
{
  inherit assertMsg;
  assertOneOf = name: value: allowed: assertMsg (elem value allowed) "${name} must be one of ${show allowed}, but is: ${show value}";
  assertEachOneOf =
    name: values: allowed:
    assertMsg (lib.all (value: elem value allowed) values)
      "each element in ${name} must be one of ${show allowed}, but is: ${show values}";
  checkAssertWarn =
    assertions: warnings: result:
    let
      failed = filter (item: !item.assertion) assertions;
      lines = map (item: "- ${item.message}") failed;
    in
    if failed == [ ] then lib.showWarnings warnings result
    else throw "\nFailed assertions:\n${builtins.concatStringsSep "\n" lines}";
}
