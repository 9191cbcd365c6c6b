# Members of lib that belong to no family: other paths to members, and names nixpkgs had until recently.
lib:
let
  documented = _type: text: { inherit _type text; };
in
{
  platforms = lib.systems.doubles;
  inherit (lib.network.ipv6) mkEUI64Suffix;

  mdDoc = text: text;
  literalExample = documented "literalExpression";
  literalDocBook = documented "literalDocBook";
  cartesianProductOfSets = lib.cartesianProduct;
  readPathsFromFile =
    root: file:
    map (path: root + "/${path}") (
      builtins.filter (line: line != "" && !lib.hasPrefix "#" line) (lib.splitString "\n" (builtins.readFile file))
    );
}
