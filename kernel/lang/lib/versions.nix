# lib.versions: parts of version numbers.
lib:
let
  inherit (builtins) concatStringsSep elemAt genList head splitVersion;
  part = index: version: elemAt (splitVersion version) index;
in
{
  major = part 0;
  minor = part 1;
  patch = part 2;
  majorMinor = version: concatStringsSep "." (lib.take 2 (splitVersion version));
  # Exactly `count` numbers; what follows the first dash is kept.
  pad =
    count: version:
    let
      numbers = head (lib.splitString "-" version);
      filled = splitVersion numbers ++ genList (_: "0") count;
    in
    concatStringsSep "." (lib.take count filled) + lib.removePrefix numbers version;
}
