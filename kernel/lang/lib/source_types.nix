# lib.sourceTypes: what a package is made from.
lib:
let
  kind = isSource: shortName: { inherit isSource shortName; };
in
{ fromSource = kind true "fromSource"; }
// lib.genAttrs [ "binaryNativeCode" "binaryBytecode" "binaryFirmware" "obfuscatedCode" ] (kind false)
