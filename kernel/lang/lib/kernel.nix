# lib.kernel: settings of a Linux kernel configuration.
lib:
let
  inherit (lib) mkIf versionAtLeast versionOlder;
  answer = tristate: { inherit tristate; optional = false; };
in
{
  yes = answer "y";
  no = answer "n";
  module = answer "m";
  unset = answer null;
  freeform = value: { freeform = value; optional = false; };
  option = setting: setting // { optional = true; };
  whenHelpers = version: {
    whenAtLeast = lowest: mkIf (versionAtLeast version lowest);
    whenOlder = limit: mkIf (versionOlder version limit);
    whenBetween = lowest: limit: mkIf (versionAtLeast version lowest && versionOlder version limit);
  };
}
