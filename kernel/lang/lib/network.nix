# lib.network: addresses of networks.
lib:
let
  inherit (builtins) bitXor concatMap concatStringsSep elemAt filter genList head length map match;
  inherit (lib) fromHexString splitString toHexString toLower;

  fail = text: why: throw "lib.network.ipv6: \"${text}\" ${why}";

  # The eight groups of an address, as texts.
  groups =
    text:
    let
      parts = splitString ":" text;
      present = filter (part: part != "") parts;
      compressed = match ".*::.*" text != null;
      atEdge = match "(::.*|.*::)" text != null;
      gaps = length parts - length present;
      expectedGaps = if !compressed then 0 else if atEdge then 2 else 1;
      zeros = genList (_: "0") (8 - length present);
      ok = gaps == expectedGaps && (if compressed then length present < 8 else length present == 8);
    in
    if match "[0-9A-Fa-f:]+" text == null then fail text "has characters no IPv6 address has"
    else if text == "::" then zeros
    else if !ok then fail text "is not an IPv6 address"
    else if match "::.*" text != null then zeros ++ present
    else if atEdge then present ++ zeros
    else concatMap (part: if part == "" then zeros else [ part ]) parts;

  number =
    text: part:
    let
      value = fromHexString part;
    in
    if value <= 65535 then value else fail text "has a group of more than 16 bits";

  parsed = text: concatStringsSep ":" (map (part: toLower (toHexString (number text part))) (groups text));
in
{
  ipv6 = {
    # An address with or without a prefix length.
    fromString =
      text:
      let
        parts = splitString "/" text;
        bits = lib.toInt (elemAt parts 1);
      in
      if length parts > 2 then fail text "has more than one prefix length"
      else {
        address = parsed (head parts);
        prefixLength =
          if length parts == 1 then 128
          else if bits >= 1 && bits <= 128 then bits
          else fail text "has a prefix length that is not between 1 and 128";
      };
    # The lower half of an address made from a hardware address: the second-lowest bit of the first octet is flipped.
    mkEUI64Suffix =
      mac:
      let
        octet = "([0-9A-Fa-f]{2})";
        octets = match (concatStringsSep "[-:.]?" (genList (_: octet) 6)) mac;
        at = elemAt octets;
        first = toHexString (bitXor 512 (fromHexString (at 0 + at 1)));
      in
      if octets == null then throw "lib.network.ipv6.mkEUI64Suffix: \"${mac}\" is not a hardware address of six octets"
      else toLower "${first}:${at 2}ff:fe${at 3}:${at 4}${at 5}";
  };
}
