# lib.fetchers: arguments of functions that download.
lib:
let
  inherit (builtins) filter head intersectAttrs length removeAttrs;
  inherit (lib) functionArgs genAttrs;

  fake = { hash = lib.fakeHash; sha256 = lib.fakeSha256; sha512 = lib.fakeSha512; };
  namesOf = types: [ "hash" ] ++ types;

  normalizeHash =
    { hashTypes ? [ "sha256" ], required ? true }:
    args:
    let
      names = namesOf hashTypes;
      given = filter (name: args ? ${name}) (builtins.sort builtins.lessThan names);
      name = head given;
      value = args.${name};
      filled = if value != "" then value else fake.${name} or (throw "there is no placeholder for the hash type ${name}");
      rest = removeAttrs args names;
    in
    if args ? outputHash then args
    else if given == [ ] then
      if required then throw "fetcher called without `hash`" else rest
    else if length given > 1 then
      throw "fetcher called with more than one hash: ${builtins.concatStringsSep ", " given}"
    else
      rest // { outputHashAlgo = if name == "hash" then null else name; outputHash = filled; };
in
{
  inherit normalizeHash;
  proxyImpureEnvVars =
    let
      plain = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];
    in
    plain ++ map lib.toUpper plain ++ [ "NIX_SSL_CERT_FILE" ];
  withNormalizedHash =
    { hashTypes ? [ "sha256" ] }:
    fetcher:
    let
      args = functionArgs fetcher;
      normalize = normalizeHash { inherit hashTypes; required = !args.outputHash; };
      shown = removeAttrs args [ "outputHash" "outputHashAlgo" ] // { hash = args.outputHash; };
    in
    assert args ? outputHash && args ? outputHashAlgo;
    assert intersectAttrs args (genAttrs (namesOf hashTypes) (_: null)) == { };
    lib.setFunctionArgs (given: fetcher (normalize given)) shown;
}
