# lib.licenses: names of licences, expressions over them, and what follows from an expression.
lib: table:
let
  inherit (builtins) all any elem mapAttrs;

  # Whether `holds` is true of an expression: with `permissive`, one alternative is enough, and all of several licences have to agree.
  evaluateProperty =
    holds: permissive:
    let
      both = if permissive then all else any;
      either = if permissive then any else all;
      of =
        licence:
        let
          kind = licence.licenseType;
        in
        if kind == "simple" then holds licence
        else if kind == "plus" then of licence.license
        else if kind == "exception" then of licence.license && of licence.exception
        else if kind != "compound" then throw "lib.licenses: there is no kind of licence `${kind}'"
        else if licence.operator == "OR" then either of licence.licenses
        else if licence.operator == "AND" then both of licence.licenses
        else throw "lib.licenses: there is no operator `${licence.operator}'";
    in
    of;
  evaluateNamedProperty = name: evaluateProperty (licence: licence.${name});

  toSPDX =
    licence:
    let
      kind = licence.licenseType;
      nested = inner: if elem inner.licenseType [ "compound" "exception" ] then "(${toSPDX inner})" else toSPDX inner;
    in
    if kind == "simple" then licence.spdxId or "LicenseRef-nixos-${licence.shortName}"
    else if kind == "plus" then nested licence.license + licence.operator
    else if kind == "exception" then "${nested licence.license} ${licence.operator} ${nested licence.exception}"
    else if kind == "compound" then lib.concatMapStringsSep " ${licence.operator} " nested licence.licenses
    else throw "lib.licenses: there is no kind of licence `${kind}'";

  compound = operator: licenses: { licenseType = "compound"; inherit operator licenses; };
in
mapAttrs (shortName: licence: { inherit shortName; } // licence) table
// {
  inherit evaluateProperty evaluateNamedProperty toSPDX;
  OR = compound "OR";
  AND = compound "AND";
  WITH = license: exception: { licenseType = "exception"; operator = "WITH"; inherit license exception; };
  PLUS = license: { licenseType = "plus"; operator = "+"; inherit license; };
  isFree = evaluateNamedProperty "free" true;
  isRedistributable = evaluateNamedProperty "redistributable" true;
  containsLicenses = licences: evaluateProperty (licence: elem licence licences) false;
}
